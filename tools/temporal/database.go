package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/common/searchattribute/sadefs"
	schema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

func (o *options) database() *config.SQL {
	db := &config.SQL{PluginName: sqlite.PluginName, DatabaseName: o.file, MaxConns: 1, MaxIdleConns: 1}
	if o.file == "" {
		db.DatabaseName = fmt.Sprintf("vaka-%d", os.Getpid())
		db.ConnectAttributes = map[string]string{"mode": "memory", "cache": "shared"}
		return db
	}
	db.ConnectAttributes = map[string]string{"mode": "rwc"}
	for name, value := range o.pragmas {
		db.ConnectAttributes[name] = value
	}
	return db
}

// claim makes the file if it is missing and takes it for this process: two servers on one file would fight over it.
func claim(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	// A bare descriptor, never closed: closing any descriptor of the file would drop SQLite's own locks on it.
	fd, err := syscall.Open(file, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w", file, err)
	}
	if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s is in use by another server", file)
	}
	return nil
}

// prepare makes the tables if there are none, and the namespace if it is missing.
func prepare(o *options, db *config.SQL) error {
	admin, err := sql.NewSQLAdminDB(
		sqlplugin.DbKindUnknown, db, resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return fmt.Errorf("cannot open the database %s: %w", db.DatabaseName, err)
	}
	defer func() { _ = admin.Close() }()
	tables, err := admin.ListTables(db.DatabaseName)
	if err != nil {
		return fmt.Errorf("cannot read the database %s: %w", db.DatabaseName, err)
	}
	if len(tables) == 0 {
		if err := makeTables(admin); err != nil {
			return fmt.Errorf("cannot make the tables in %s: %w", db.DatabaseName, err)
		}
	}
	namespace, err := schema.NewNamespaceConfig(cluster, o.namespace, false, o.attributes)
	if err != nil {
		return err
	}
	namespace.Detail.Config.Retention = durationpb.New(o.retention)
	if err := schema.CreateNamespaces(db, namespace); err != nil {
		return err
	}
	return addAttributes(o, db)
}

// makeTables makes all tables or none, so that a server killed meanwhile leaves a file the next one can use.
// There is one connection, hence the transaction spans the calls.
func makeTables(admin sqlplugin.AdminDB) error {
	if err := admin.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := schema.SetupSchemaOnDB(admin); err != nil {
		return err
	}
	return admin.Exec("COMMIT")
}

// addAttributes registers the search attributes an older namespace does not have yet. In the file, before the server
// starts: through its API, a client could come first and not find them.
func addAttributes(o *options, db *config.SQL) error {
	ctx, coder := context.Background(), serialization.NewSerializer()
	store, err := sql.NewSQLDB(
		sqlplugin.DbKindUnknown, db, resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	rows, err := store.SelectFromNamespace(ctx, sqlplugin.NamespaceFilter{Name: &o.namespace})
	if err != nil {
		return err
	}
	namespace, err := coder.NamespaceDetailFromBlob(persistence.NewDataBlob(rows[0].Data, rows[0].DataEncoding))
	if err != nil {
		return err
	}
	if namespace.Config.CustomSearchAttributeAliases == nil {
		namespace.Config.CustomSearchAttributeAliases = map[string]string{}
	}
	aliases := namespace.Config.CustomSearchAttributeAliases
	before := len(aliases)
	for name, kind := range o.attributes {
		if err := alias(aliases, name, kind); err != nil {
			return err
		}
	}
	if len(aliases) == before {
		return nil
	}
	blob, err := coder.NamespaceDetailToBlob(namespace)
	if err != nil {
		return err
	}
	rows[0].Data, rows[0].DataEncoding = blob.GetData(), blob.GetEncodingType().String()
	_, err = store.UpdateNamespace(ctx, &rows[0])
	return err
}

// alias gives the first free column of its type to the attribute, unless it has one.
func alias(aliases map[string]string, name string, kind enums.IndexedValueType) error {
	columns := sadefs.GetDBIndexSearchAttributes(nil).CustomSearchAttributes
	for column, known := range aliases {
		if known == name {
			if columns[column] != kind {
				return fmt.Errorf("search attribute %s is %s in the database, not %s", name, columns[column], kind)
			}
			return nil
		}
	}
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		if _, taken := aliases[column]; columns[column] == kind && !taken {
			aliases[column] = name
			return nil
		}
	}
	return fmt.Errorf("no room for one more search attribute of type %s", kind)
}
