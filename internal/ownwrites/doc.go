// Package ownwrites makes a registry's reads show what this process has written to it, where they come from a read replica, a load
// balancer's other server or a cache and lag behind (MLflow 3.17 has --read-replica-backend-store-uri). Without it, a version that was
// just registered is "gone", and an alias that was just set "was moved by somebody else".
//
// # Terms
//
// An own write is a successful write of this process. A read is later than an own write if it begins after the write has ended: a read
// beside it may show either. There are three views of a model: the model (with tags and aliases), one version by number, and the list
// of all its versions; each is compared by itself, since caches keep their answers apart. What was there before a write is what this
// process last read of the object by the object's own request, or had written to it before.
//
// # What a later read must show
//
//   - A model or version that was created: it is found. A deleted one: it is not found, nor is an alias held to a deleted version. A
//     model that was created again has none of the versions of the deleted one.
//   - A transition: a time of the last update that is not before the one in its answer, for registries write one time to all that a
//     transition changes. Its own stage will do, if that is not where the version was before. The versions that it archives have left
//     their stage, those that were read before; a list that shows the transition and not that says that the server archives nobody.
//   - A description: the same time, or the text. A tag or an alias, for which registries write no time: the value.
//
// Or something later. A later time, or a value that is neither what was there before nor what was written, comes from somebody else
// after the own write, and is believed at once. So is everything that was written before a write that a read proves to have seen, by
// its time or by what there cannot have been before: whoever answers has seen all writes up to it, in their order.
//
// If it is not known what was there before, the first value that differs from what was written is taken for it. Texts are the same
// without spaces at their ends and whatever their line ends, keys whatever their letter case: some registries change these.
//
// A version may be at a place that is neither, and at a time before the own transition. Either another transition has overtaken
// this one, for a registry takes the time before its transaction ends and clocks of its servers differ; or somebody moved the version
// between this process's look and its transition, and the reads lag. Reads that lag show a place for as long as it lasted, so that it is
// believed once it was shown some tenths of a second longer than that. No lag is the reason where a version in the list bears the time of
// the own transition or a later one, nor where a promotion of somebody else has archived the version as a holder of its new stage.
//
// # What happens until then
//
// A read that does not show an own write is made again after pauses of 50 ms to a second, until it does, until its context ends, or
// until 10 seconds after the write. Then what was read is returned together with a *registry.StaleError (registry.ErrStale). That says
// nothing of the registry: who gets it accuses nobody, takes nothing for gone and creates nothing again. Further reads of the same walk
// are told at once, as long as they do not show the write.
//
// The rule who is told: every read of the walk that has written, since each follows the write and somebody could be accused by it. A read
// that begins later than those 10 seconds is believed, unless one before it has waited in vain; and once one view has shown a write, the
// others are waited for, and then believed: somebody may have changed it since. In the next walk (Forget) all are: it plans with what
// it reads, and accuses nobody.
//
// A search over several models leaves out those that do not show their writes, so that only who wants one of these waits, with its own
// request. In other lists each model or version that does not is read by itself. What this process has created and a list lacks comes
// at the end of it, unless the list has a filter or tags, which may be the reason.
//
// Once a read of this process had to wait, a write ends when it is shown: the plan that follows, in another process, should see what this
// one has left behind. Where reads never catch up, that is not tried again.
//
// A write of unknown outcome is looked for once: if it is shown, it was done, whatever the answer was. If not, it leaves both values
// possible: nothing that was written to that object before it is waited for. One that was
// refused has changed nothing. A tag or an alias that is answered with "not found" in a model of this process's own making is looked for
// before that is believed: MLflow 3.17 sets it, and then looks for the model among its reads. It is not sent again.
//
// # Costs and limits
//
// Nothing is asked or waited for that reads show at once; a process that writes nothing never waits. It cannot be told from lag that
// somebody sets an object back to what was there before, or that the very first look at a model is older than a write of another
// process. Lists with the user's own filter may lack what is new. Behind a load balancer each server may lag by itself: a write that a view
// has shown once is not waited for again in this view.
//
// It may import the standard library and internal/registry only.
package ownwrites
