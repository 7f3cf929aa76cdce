package provider

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Every error of this provider has one form: the summary says what happened or could not be done, the detail begins with the
// original message, if there is one, and ends with what to do next.

// explain turns an error into the detail of a diagnostic, with the advice that its kind calls for.
func explain(err error) string { return explainWith(err, advise(err)) }

// explainWith does so with the advice of a caller who knows better than the kind of the error.
func explainWith(err error, advice string) string {
	// Errors that were joined stand in lines of their own; the words of a server must not.
	message := sentence(redact.OneLine(strings.ReplaceAll(err.Error(), "\n", "; ")))
	if advice == "" {
		return message
	}
	return message + "\n\n" + advice
}

// sentence makes an error's text read as one.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return text
	}
	if first, size := utf8.DecodeRuneInString(text); first != utf8.RuneError {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}

// nothingTouched begins the advice on what was refused before the first write.
const nothingTouched = "Nothing was touched. "

// movedSince says who may have moved something since the state of a plan was read.
const movedSince = "Somebody else did that or, where the plan was made with -refresh=false, an earlier apply of this configuration. "

// advise says what a user can do about an error.
func advise(err error) string {
	if isEmbedded(err) {
		err = registry.ErrStorage
	}
	var (
		intruder  *handover.IntruderError
		notReady  *handover.NotReadyError
		forbidden *handover.ForbiddenError
		displaced *handover.DisplacedError
		unsettled *handover.UnsettledError
		failed    *handover.FailedError
		moved     *handover.MovedError
		lost      *handover.LostError
		appeared  *handover.AppearedError
		leased    *handover.LeasedError
		taken     *handover.TakenError
		expired   *handover.ExpiredError
		noStages  *handover.NoStagesError
		lacks     *handover.TagsError
	)
	switch {
	case errors.As(err, &appeared):
		return "This registry refuses the tag " + handover.UnfinishedTag + ", by which this provider tells its own. Look whether " +
			handover.VersionList(appeared.Versions) + " is what was to be registered. If so, import it; if not, run terraform apply again, which " +
			"registers another one. " + importAdvice(modelVersionType, appeared.Model+"/"+appeared.Versions[0].String())
	case errors.Is(err, registry.ErrInvalid) && strings.Contains(err.Error(), handover.UnfinishedTag):
		return "The tag " + handover.UnfinishedTag + " is this provider's own: the provider itself sets it while it registers a version, so that a " +
			"registration whose answer is lost, or whose run is killed, is found again and never done twice. This registry does not take the key. Allow " +
			"it there, or run terraform apply again: new versions are registered without it."
	case errors.As(err, &failed):
		return adviseFailed(failed)
	case errors.As(err, &moved):
		return "This version was moved after what this plan was made from was read. " + movedSince + "It was left as it is. Run terraform plan again, " +
			"with a refresh, review where it comes from and what becomes of it, and apply that plan."
	case errors.As(err, &lost):
		return "Nothing was registered a second time. Run terraform plan: if the server has registered the version after all, the plan says that " +
			"apply takes it over. If not, apply registers it."
	case errors.As(err, &leased):
		return "Wait until that time, or until the other run is through, and run terraform apply again; or raise timeouts.create, within which apply waits."
	case errors.As(err, &taken):
		return "This run has left it alone. Run terraform plan again: if another state has the version, apply registers one of its own."
	case errors.As(err, &expired):
		return "Find out with terraform plan in the other states whether one has the version. If none has, import it here, or delete it."
	case errors.As(err, &noStages):
		return "Registries such as Databricks Unity Catalog have aliases instead of stages. Leave stage out, or use an MLflow server " +
			"whose registry has stages. Or let this provider keep stages as aliases: stages = { kept_as = \"aliases\" } in the provider block."
	case errors.As(err, &intruder):
		return "The stage was changed after what this plan was made from was read. " + movedSince + nothingTouched + "Run terraform plan again, " +
			"with a refresh, review which versions now leave the stage, and apply that plan."
	case errors.As(err, &notReady):
		if notReady.Status == registry.StatusFailed {
			return "The registry could not register this version. Register a new one; this one cannot serve."
		}
		return "Wait until the registry reports the version as READY, then run terraform apply again."
	case errors.As(err, &forbidden):
		return "Move the version to Staging first and apply, then to Production; or set require_staging = false on the provider."
	case errors.As(err, &lacks):
		return nothingTouched + "These tags are required by require_tags of this resource or of the provider. Let whatever decides on them " +
			"set them on the version, for instance a pipeline with MlflowClient().set_model_version_tag(name, version, key, value), then run " +
			"terraform plan again. Of what Terraform itself sets, the tags of the same mlregistry_model_version count; a tag that another " +
			"resource sets has to be applied first."
	case errors.As(err, &displaced):
		return "The stage has exactly one holder again. Find out who promotes this model as well, then run terraform plan and decide " +
			"which version is to have the stage."
	case errors.As(err, &unsettled):
		return "Several clients keep changing this stage. Stop them, then run terraform apply again."
	case errors.Is(err, context.DeadlineExceeded):
		return "The operation took longer than the resource's timeouts allow. Run terraform plan to see how far it came; raise " +
			"timeouts if the server needs longer. A read obeys the timeouts in the state: a timeouts.read that is too short is raised by an " +
			"apply with -refresh=false."
	case errors.Is(err, context.Canceled):
		return "The operation was cancelled. Run terraform plan to see how far it came."
	case adviceOfFault(err) != "":
		return adviceOfFault(err)
	case errors.Is(err, registry.ErrUnauthenticated):
		return "The server refuses the credentials. Check username and password, token, or exec of the provider (or MLFLOW_TRACKING_USERNAME, " +
			"MLFLOW_TRACKING_PASSWORD and MLFLOW_TRACKING_TOKEN, and the address, which may hold some). Those in the address win, then user name " +
			"and password, then a token."
	case errors.Is(err, registry.ErrPermissionDenied):
		return missingPermission(err)
	case errors.Is(err, registry.ErrUnsupported):
		return "Use a server that has the feature, or leave it out of the configuration. The guide on compatibility lists what each version " +
			"of MLflow has."
	case errors.Is(err, registry.ErrOtherSpelling):
		return otherSpellingAdvice
	case errors.Is(err, registry.ErrNotMLflow):
		return "Check tracking_uri (and registry_uri): it must be the address at which MLflow's own page opens, with its path prefix " +
			"if there is one."
	case errors.Is(err, registry.ErrUnreachable):
		return "Check that the server runs, and tracking_uri or registry_uri (MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI): scheme, host and port."
	case errors.Is(err, registry.ErrStorage):
		return "Check the file that tracking_uri names: it must be a registry made by this provider, or not exist yet, in a folder that " +
			"exists and can be written to. It was left as it is."
	case errors.Is(err, registry.ErrStale):
		return "What this apply wrote is written. Wait until the server's reads show it, then run terraform plan: nothing is done twice. Whoever runs the " +
			"server knows whether it reads from a replica (mlflow server --read-replica-backend-store-uri) or stands behind a cache, and how far that " +
			"is behind."
	case errors.Is(err, registry.ErrUnavailable), errors.Is(err, registry.ErrInternal):
		return "The server failed. Look at its log, then run terraform apply again: what was done already is not done twice."
	}
	return ""
}

// notReadBack is the detail of a warning about a change that was answered and could not be read back.
func notReadBack(err error) string {
	return "What the plan says was done, and is in the state. Whether somebody else has changed it since is for the next plan to see.\n\n" + explain(err)
}

// adviseFailed says what a user can do about a handover that stopped half-way, and whether anything was touched.
func adviseFailed(failed *handover.FailedError) string {
	// Its cause may be an error that by itself means that nothing was touched.
	var intruder *handover.IntruderError
	var moved *handover.MovedError
	advice := strings.ReplaceAll(advise(failed.Cause), nothingTouched, "")
	if errors.As(failed.Cause, &intruder) || errors.As(failed.Cause, &moved) {
		advice = "Somebody changed the stage while this apply was at work."
	}
	return strings.TrimSpace(advice + " Run terraform plan to see where every version is now, and terraform apply to try again.")
}

// isEmbedded reports whether an answer is the embedded registry's word about its file. It answers over (in-process) HTTP
// as MLflow does, so that its text is all there is to tell it by.
func isEmbedded(err error) bool {
	var answered *registry.Error
	return errors.As(err, &answered) && strings.HasPrefix(answered.Message, "embedded registry:")
}

// adviceOfFault returns what is known of an exact fault on the way to the registry.
func adviceOfFault(err error) string {
	if answered, ok := errors.AsType[*registry.Error](err); ok {
		return faultAdvice[answered.Fault]
	}
	return ""
}
