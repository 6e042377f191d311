//go:build !unix

package main

import "time"

var began = time.Now()

// cpuSeconds returns the time since the process began, where its CPU time is not to be had.
func cpuSeconds() float64 { return time.Since(began).Seconds() }
