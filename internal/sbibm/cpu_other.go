//go:build !unix

package main

import "time"

var began = time.Now()

// cpu returns the time since the process began, where its CPU time is not to be had.
func cpu() float64 { return time.Since(began).Seconds() }
