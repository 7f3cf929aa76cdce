// Package readcache lets all resources of one Terraform walk share what was read: many reads of one model cost one search,
// models that are asked for at the same time go into one search, others are read ahead, the first observation of a model is
// kept for the whole walk, and writes invalidate.
//
// # Failures
//
// A search over several models that a registry refuses as such is not made again in the same walk: each model is asked for by
// itself. One that fails in passing, or takes longer than a minute, is not made again as it was. Two of its models are asked for
// by themselves; if one of them is answered, the others go into searches of half the size, down to one model. So nothing fails
// that would be answered alone, and a server that fails every search gets a few requests more than models. If neither is answered,
// the others fail as well, and for half a minute, or until something is answered, a failed search is followed by nothing: a
// server that is down gets a few requests more than if nothing were tried again.
//
// # Who waits
//
// A caller who gives up fails nobody else. What nobody waits for any more is cancelled: a search with its last caller, whatever
// it reads ahead. The list of models, for which nobody waits, ends after a minute, or with its walk.
//
// # Walks
//
// All that was read or learnt is kept in one walk. Forget begins another, and what is still under way belongs to the one before:
// it reaches those who wait for it, and cannot get into the new one.
//
// It may import the standard library and internal/registry only.
package readcache
