// Package handover moves a stage of a registered model from its present holders to another version.
//
// Plan is pure: it turns what was observed and what is wanted into ordered transitions, or says why there must be
// none. Engine runs them: it reads the holders afresh, refuses what nobody reviewed, sends the transitions, reads
// back, and settles races and lost answers by reading. Its steps are idempotent, so a killed process needs no
// journal: the next plan starts from what it observes.
//
// It may import the standard library and internal/registry only.
package handover
