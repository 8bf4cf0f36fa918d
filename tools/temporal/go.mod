module vaka/temporal

go 1.26

require (
	github.com/temporalio/ui-server/v2 v2.54.1
	go.temporal.io/server v1.32.1
)
