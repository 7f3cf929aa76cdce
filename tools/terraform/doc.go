// Package terraform runs Terraform or OpenTofu for the tools as a program of its own, without anything of the user's own
// settings.
package terraform
