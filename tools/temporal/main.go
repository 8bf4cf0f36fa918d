// Command vaka-temporal is a Temporal server with its web UI on one SQLite file, in one process. It takes the flags of
// `temporal server start-dev`, so that the SDK's WorkflowEnvironment.start_local can run it in the CLI's place.
// For development, demo and tests: production runs go.temporal.io/server/cmd/server on PostgreSQL.
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
	uiversion "github.com/temporalio/ui-server/v2/server/version"
	"go.temporal.io/server/common/authorization"
	clusters "go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const (
	cluster = "active"
	usage   = "usage: vaka-temporal server start-dev [flags] | --version"
)

func main() {
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "vaka-temporal:", err)
		os.Exit(1)
	}
}

func command(args []string) error {
	switch {
	case len(args) == 1 && (args[0] == "--version" || args[0] == "-v" || args[0] == "version"):
		fmt.Printf("vaka-temporal server %s (UI %s)\n", headers.ServerVersion, uiversion.UIVersion)
		return nil
	case len(args) >= 2 && args[0] == "server" && args[1] == "start-dev":
		o, err := parse(args[2:])
		if err != nil {
			return err
		}
		return run(o)
	}
	return errors.New(usage)
}

func run(o *options) error {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, os.Interrupt, syscall.SIGTERM)
	if err := free(o); err != nil {
		return err
	}
	if o.file != "" {
		if err := claim(o.file); err != nil {
			return err
		}
	}
	db := o.database()
	if err := prepare(o, db); err != nil {
		return err
	}
	settings, hosts, err := o.settings(db)
	if err != nil {
		return err
	}
	level := zap.NewAtomicLevelAt(log.ParseZapLevel(o.logLevel))
	server, err := temporal.NewServer(
		temporal.WithConfig(settings),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(o.logger(level)),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
		temporal.WithDynamicConfigClient(o.dynamic),
	)
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	if !o.headless {
		ui := o.ui(settings.PublicClient.HostPort)
		go func() { _ = ui.Start() }()
		defer ui.Stop()
	}
	fmt.Printf("Temporal %s answers on %s\n", headers.ServerVersion, settings.PublicClient.HostPort)
	<-heard
	signal.Stop(heard) // a second signal kills at once
	if o.logLevel != "debug" {
		level.SetLevel(zap.FatalLevel) // the four services complain of each other's going
	}
	return server.Stop()
}

// free says which port is taken, in a line: left to the server, it is a stack trace and a half-started process.
func free(o *options) error {
	type wanted struct {
		flag, ip string
		port     int
	}
	all := []wanted{{"--port", o.ip, o.port}}
	if !o.headless {
		all = append(all, wanted{"--ui-port", o.uiIP, o.uiPort})
	}
	if o.httpPort > 0 {
		all = append(all, wanted{"--http-port", o.ip, o.httpPort})
	}
	if o.metricsPort > 0 {
		all = append(all, wanted{"--metrics-port", o.ip, o.metricsPort})
	}
	for _, w := range all {
		address := net.JoinHostPort(w.ip, strconv.Itoa(w.port))
		listener, err := net.Listen("tcp", address)
		if errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("%s is taken by another process; free it or choose another with %s", address, w.flag)
		} else if err != nil {
			return fmt.Errorf("cannot listen on %s (%s): %w", address, w.flag, err)
		}
		_ = listener.Close()
	}
	return nil
}

// settings are one node of all four services. Only the frontend's port is known outside.
func (o *options) settings(db *config.SQL) (*config.Config, map[primitives.ServiceName]static.Hosts, error) {
	frontend := net.JoinHostPort(reachable(o.ip), strconv.Itoa(o.port))
	services := map[string]config.Service{}
	hosts := map[primitives.ServiceName]static.Hosts{primitives.FrontendService: static.SingleLocalHost(frontend)}
	for _, name := range []primitives.ServiceName{
		primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		defer func() { _ = listener.Close() }() // held until all are chosen, so that no two are the same
		services[string(name)] = config.Service{
			RPC: config.RPC{GRPCPort: listener.Addr().(*net.TCPAddr).Port, BindOnIP: "127.0.0.1"},
		}
		hosts[name] = static.SingleLocalHost(listener.Addr().String())
	}
	if o.httpPort == 0 { // without one, the server warns at each start
		listener, err := net.Listen("tcp", net.JoinHostPort(o.ip, "0"))
		if err != nil {
			return nil, nil, err
		}
		defer func() { _ = listener.Close() }()
		o.httpPort = listener.Addr().(*net.TCPAddr).Port
	}
	services["frontend"] = config.Service{RPC: config.RPC{GRPCPort: o.port, HTTPPort: o.httpPort, BindOnIP: o.ip}}
	settings := &config.Config{
		Services: services,
		Persistence: config.Persistence{
			DefaultStore:     sqlite.PluginName,
			VisibilityStore:  sqlite.PluginName,
			NumHistoryShards: 1,
			DataStores:       map[string]config.DataStore{sqlite.PluginName: {SQL: db}},
		},
		ClusterMetadata: &clusters.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        cluster,
			CurrentClusterName:       cluster,
			ClusterInformation: map[string]clusters.ClusterInformation{
				cluster: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
		}},
		PublicClient: config.PublicClient{HostPort: frontend},
	}
	if o.metricsPort > 0 {
		address := net.JoinHostPort(o.ip, strconv.Itoa(o.metricsPort))
		settings.Global.Metrics = &metrics.Config{
			Prometheus: &metrics.PrometheusConfig{ListenAddress: address, HandlerPath: "/metrics"},
		}
	}
	return settings, hosts, nil
}

// reachable is where to call a server that listens on this address.
func reachable(ip string) string {
	if net.ParseIP(ip).IsUnspecified() {
		return "127.0.0.1"
	}
	return ip
}

func (o *options) logger(level zap.AtomicLevel) log.Logger {
	if o.logLevel == "never" {
		return log.NewNoopLogger()
	}
	encoder := zapcore.NewConsoleEncoder(log.DefaultZapEncoderConfig)
	if o.logFormat == "json" {
		encoder = zapcore.NewJSONEncoder(log.DefaultZapEncoderConfig)
	}
	return log.NewZapLogger(zap.New(zapcore.NewCore(encoder, zapcore.Lock(os.Stderr), level)))
}

func (o *options) ui(frontend string) *uiserver.Server {
	return uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host:                o.uiIP,
		Port:                o.uiPort,
		TemporalGRPCAddress: frontend,
		EnableUI:            true,
		HideLogs:            true,
		DisableNewsFetch:    true, // no call home
		DefaultNamespace:    o.namespace,
		CORS:                uiconfig.CORS{CookieInsecure: true}, // plain http on the own machine
	}))
}
