// Package manual is the manual of normflow: pages in Markdown, whose programs are the Examples of the test
// file of the same name. Begin with README.md.
package manual
