// Package aliasstages gives stages to a registry by its aliases, for teams that have left MLflow's stages behind and for
// registries that have none: Production and Staging are an alias each, and a tag of the version records Archived.
//
// Registry stands before another registry, so that the protocol of a handover and the resources stay as they are. MLflow's own
// stages are neither read nor written.
//
// # A move
//
// A transition to Production archives the holder by its tag, which shows nothing while the alias is there, then sets the alias,
// and then takes from the version what it had before: the other alias, and its own tag. So readers of the alias find a version
// throughout; a process that is killed between two of these requests leaves the stage with its old holder or with the new one. What
// may be left behind is the other alias of the version that was moved, which counts for nothing while it has Production, and goes when it
// leaves. From Production to Staging a version first loses the one alias, and then gets the other.
//
// # What cannot be kept
//
//   - Between two requests a version may have both aliases. It counts as being in Production then.
//   - A stage has one holder. archive_existing_versions = false is refused by the resources.
//   - A version that an outsider's move takes the alias from is in None, not in Archived: nobody has tagged it.
//   - An alias is set without a look at where it is. Registry looks just before, and refuses if a version has it that the handover
//     did not see (registry.Transition.Seen); whoever sets it after that look is overwritten, and cannot be named.
//   - An alias is deleted without a look as well, when a version goes to Staging, Archived or None: Registry looks just before, and leaves
//     one that is somebody else's by then.
//   - A version that is deleted on a server that keeps its aliases (MLflow before 3.17) leaves the stage without a holder.
//
// It may import the standard library and internal/registry only.
package aliasstages
