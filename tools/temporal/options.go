package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"strings"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/dynamicconfig"
)

// options are the flags of `temporal server start-dev` that the Python SDK passes, and a few of our own.
type options struct {
	port, httpPort, uiPort, metricsPort int
	ip, uiIP, namespace                 string
	file                                string
	headless                            bool
	logLevel, logFormat                 string
	retention                           time.Duration
	attributes                          map[string]enums.IndexedValueType
	dynamic                             dynamicconfig.StaticClient
	pragmas                             map[string]string
}

// unsetPort stands for "1000 above the frontend's", which is where the CLI puts the UI too.
const unsetPort = -1

func parse(args []string) (*options, error) {
	o := &options{
		attributes: map[string]enums.IndexedValueType{},
		// One writer at a time: a write-ahead log is two to three times as fast as a rollback journal,
		// and "full" loses no acknowledged step when the machine loses power.
		pragmas: map[string]string{"journal_mode": "wal", "synchronous": "full"},
		// The demo clock and the tests skip time. Without the shift and the rate, each timer passed costs a second.
		dynamic: dynamicconfig.StaticClient{
			dynamicconfig.MakeKey("frontend.WorkflowTimeSkippingEnabled"):                true,
			dynamicconfig.MakeKey("history.timerProcessorMaxTimeShift"):                  "10ms",
			dynamicconfig.MakeKey("history.timerProcessorMaxPollRPS"):                    2000,
			dynamicconfig.MakeKey("frontend.enableUpdateWorkflowExecution"):              true,
			dynamicconfig.MakeKey("frontend.enableUpdateWorkflowExecutionAsyncAccepted"): true,
			dynamicconfig.MakeKey("frontend.enableServerVersionCheck"):                   false, // it calls home
		},
	}
	flags := flag.NewFlagSet("server start-dev", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&o.port, "port", 7233, "port of the frontend")
	flags.StringVar(&o.ip, "ip", "127.0.0.1", "address the frontend listens on")
	flags.IntVar(&o.httpPort, "http-port", 0, "port of the frontend's HTTP API (default: any free one)")
	flags.IntVar(&o.uiPort, "ui-port", unsetPort, "port of the web UI (default: port + 1000)")
	flags.StringVar(&o.uiIP, "ui-ip", "", "address the web UI listens on (default: as --ip)")
	flags.IntVar(&o.metricsPort, "metrics-port", 0, "port of Prometheus metrics on the same address (default: none)")
	flags.BoolVar(&o.headless, "headless", false, "no web UI")
	flags.StringVar(&o.namespace, "namespace", "default", "namespace to register if missing")
	flags.StringVar(&o.file, "db-filename", "", "SQLite file, made if missing (default: in memory)")
	flags.StringVar(&o.logLevel, "log-level", "warn", "debug, info, warn, error or never")
	flags.StringVar(&o.logFormat, "log-format", "pretty", "pretty, text or json")
	flags.DurationVar(&o.retention, "retention", 8760*time.Hour, "how long a new namespace keeps closed workflows")
	flags.Func("search-attribute", "Name=Type, may be repeated", pair(o.addAttribute))
	flags.Func("dynamic-config-value", "key=JSON, may be repeated", pair(o.addDynamic))
	flags.Func("sqlite-pragma", "name=value, may be repeated", pair(o.addPragma))
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			var usage strings.Builder
			flags.SetOutput(&usage)
			flags.PrintDefaults()
			return nil, fmt.Errorf("%w\n%s", err, usage.String())
		}
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if o.port < 1 || o.port > 65535 {
		return nil, fmt.Errorf("--port is from 1 to 65535, not %d", o.port)
	}
	if net.ParseIP(o.ip) == nil {
		return nil, fmt.Errorf("--ip takes an IP address, not %q", o.ip)
	}
	if o.retention < time.Hour {
		return nil, fmt.Errorf("--retention is at least 1h, not %s", o.retention)
	}
	if o.uiPort == unsetPort {
		o.uiPort = o.port + 1000
	}
	if o.uiIP == "" {
		o.uiIP = o.ip
	}
	return o, nil
}

func pair(add func(key, value string) error) func(string) error {
	return func(text string) error {
		key, value, found := strings.Cut(text, "=")
		if !found || key == "" {
			return fmt.Errorf("expected key=value, not %q", text)
		}
		return add(key, value)
	}
}

func (o *options) addAttribute(name, kind string) error {
	value, err := enums.IndexedValueTypeFromString(kind)
	if err != nil || value == enums.INDEXED_VALUE_TYPE_UNSPECIFIED {
		return fmt.Errorf("search attribute %s has the unknown type %q", name, kind)
	}
	o.attributes[name] = value
	return nil
}

func (o *options) addDynamic(key, text string) error {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return fmt.Errorf("the value of %s is not JSON: %w", key, err)
	}
	if number, ok := value.(float64); ok && number == math.Trunc(number) {
		value = int(number) // the server takes no float where it wants an int
	}
	o.dynamic[dynamicconfig.MakeKey(key)] = value
	return nil
}

func (o *options) addPragma(name, value string) error {
	switch name {
	case "journal_mode", "synchronous", "busy_timeout", "cache_size", "wal_autocheckpoint", "temp_store", "mmap_size":
		o.pragmas[name] = value
		return nil
	}
	return fmt.Errorf("SQLite pragma %q is not known here", name)
}
