// Package readcache lets all resources of one Terraform walk share what was read: many reads of one model cost one search,
// models that are asked for at the same time go into one search, others are read ahead, the first observation of a model is
// kept for the whole process, and writes invalidate.
//
// It may import the standard library and internal/registry only.
package readcache
