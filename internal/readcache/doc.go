// Package readcache lets all resources of one Terraform walk share what was read of a model: many reads of one model
// cost one search, the first observation of a model is kept for the whole process, and writes invalidate.
//
// It may import the standard library and internal/registry only.
package readcache
