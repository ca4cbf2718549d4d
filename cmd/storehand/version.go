package main

import (
	"runtime"
	"runtime/debug"
)

// version is set by the release build.
var version = "development"

type versionCmd struct{}

func (versionCmd) Run(c *console) error { //nolint:unparam // the shape of every command
	revision := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	c.printf("storehand %s (%s, %s/%s, revision %s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH, revision)
	return nil
}
