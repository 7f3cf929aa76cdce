// Package handover moves a stage of a registered model from its present holders to another version, moves an alias, and
// registers versions exactly once.
//
// # Parts
//
// A goal (Goal) says which version is to be in which stage, where the reviewed plan saw it, and whom the plan archives.
// Plan is pure: it turns what was observed and what is wanted into ordered transitions, or says why there must be none.
// Machine is pure as well: it decides, from what one client has seen and done so far, what that client does next (look,
// send a transition, wait, or finish). Engine runs machines: it does the requests and the waits. Its steps can be repeated,
// so a killed process needs no journal: the next plan starts from what it observes.
//
// # The protocol of a handover
//
//   - Look. Nothing is sent if somebody has moved the version since the plan was made, if a version holds the stage that
//     the plan does not archive, or if the version may not go (Check).
//   - Send each transition once. No layer below repeats one.
//   - After an answer, look. If the version holds the stage alone, that is the end. If several do, the one that was updated
//     last wins (the greater number among equals): the winner archives the others, a loser archives itself.
//   - Without an answer, look. If the look shows the effect, go on as after an answer. If not, and the server is through with
//     the request, plan anew from that look, and send again.
//   - If the goal is given up after holders were archived, and nobody holds the stage, the last holder gets it back; then
//     look and settle as above.
//
// # The protocol of an alias
//
//   - Read the version, if it must have tags or the look does not tell that it is READY. Look. Nothing is sent if the alias is not where the plan saw it, or if the version may
//     not get it (CheckAlias). An alias that is gone with its version, or leads to one that is gone, is taken from nobody.
//   - Send the request once.
//   - After an answer, look. If the alias is where it is to be, that is the end; if not, somebody has moved it since, and is left alone.
//   - Without an answer, look until the effect shows, or the request can no longer take effect. Then, if the alias is where it was, send
//     again; if somebody has moved it, leave it.
//
// AliasMachine decides it, and TestEveryInterleavingOfAnAlias tries every order in which two clients, faults and an outsider act. The
// server answers nothing about where an alias was: a client whose look has shown another version meanwhile names it
// (AliasOutcome.Overtaken), and one that came and was overwritten between two looks is not seen. If two clients set the same
// version, and the answer of one is lost, its request may still come after the other's success, and undo a later move.
//
// # What a lost answer says
//
// An answer with a status, 500 and 503 too, means that the server is through with the request: it was done, or it never
// will be. A look tells which. Without an answer (the connection ended, a time-out, 502, 504) the request may have been done,
// may never be, or may be done later: a late commit is expected for 30 seconds after the loss (lateCommit), or for
// the time that one request may take (request_timeout) if that is shorter. Until then a look that shows no effect decides nothing, and nothing is
// sent again. A creation is held to more: only MLflow's own error_code shows that the server itself is through with it.
//
// # What no client can close
//
// MLflow compares nothing when it changes a stage. Between the last look of a client and its transition somebody else may
// move a version into the stage: it is archived with the reviewed ones, and whoever moved it may have been told that it went
// well. The look that follows shows it, and the outcome or the error names it. That is the one gap in which a version leaves
// a stage that no plan names.
//
// # Leases
//
// A version bears the tag mlregistry.unfinished from its registration until Terraform has written the state that has it: the run takes it
// off some seconds after the resource is through, or when its process ends, and the next read of the state does if the run was killed.
// Its value is a lease (see UnfinishedTag) in the server's clock. A version whose lease runs belongs to the run that renews
// it. One whose lease has run out, or was given up, belongs to nobody: an apply whose plan has announced it takes it over. It
// claims the version by a tag of its own, looks, and gives up if another run's claim is there: of two that claim at once, at
// least one sees the other.
//
// A registry whose rules for the keys of tags refuse the tag gets versions without a lease (Registration.Unmarked). Then nothing tells the
// version of a lost answer from one that somebody else has registered from the same origin: it is named (AppearedError), not taken.
//
// It may import the standard library and internal/registry only.
package handover
