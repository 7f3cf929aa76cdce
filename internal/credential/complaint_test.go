package credential

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
)

func TestComplaintsAreShownWithoutSecrets(t *testing.T) {
	command := Command{Env: map[string]string{"CLIENT_SECRET": "hunter2-s3cr3t", "REGION": "eu"}}
	for complaint, want := range map[string]string{
		"":                                   "",
		"ERROR: please\n  log in":            "; it wrote: ERROR: please log in",
		"using hunter2-s3cr3t in eu":         "; it wrote: using (hidden) in eu",
		"> Authorization: Bearer s3cr3t":     "(hidden)",
		`{"token": "s3cr3t", "user": "ann"}`: `"user": "ann"}`,
		"client_secret=s3cr3t&scope=x password: s3cr3t.":           "(hidden)",
		"POST https://ann:s3cr3t@idp.example.com/token":            "https://ann:(hidden)@idp.example.com/token",
		"got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.s3cr3t":   "; it wrote: got (hidden)",
		"S3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3t refused": "; it wrote: (hidden) refused",
	} {
		got := command.clean(complaint, "")
		if !strings.Contains(got, want) || strings.Contains(strings.ToLower(got), "s3cr3t") {
			t.Errorf("%q became %q", complaint, got)
		}
	}
	if got := command.clean(strings.Repeat("line ", 1000)+"the end", ""); !strings.HasSuffix(got, "the end") || utf8.RuneCountInString(got) > redact.MaxLength+20 {
		t.Errorf("%q", got)
	}
}

// One secret may be the beginning of another.
func TestTheLongestSecretIsHiddenFirst(t *testing.T) {
	command := Command{Env: map[string]string{"USER_SECRET": "hunter", "FULL_SECRET": "hunter2-and-more", "MIDDLE": "hunter2"}}
	for range 50 { // Maps have no order.
		if got := command.clean("using hunter2-and-more", ""); got != "; it wrote: using (hidden)" {
			t.Fatalf("became %q", got)
		}
	}
}

// canary is what a command must not have shown, wherever it has it from and however it writes it.
const canary = "CANARY7q9"

// A command that fails writes to its standard error what it was given, what it inherited and what it would have printed.
func TestNothingThatACommandKnowsIsShown(t *testing.T) {
	for name, test := range map[string]struct {
		script    string
		arguments []string
		env       map[string]string
		inherited map[string]string
	}{
		"an option":                  {script: "echo 'curl --password CANARY7q9 https://h' >&2"},
		"an option with =":           {script: "echo 'login --client-secret=CANARY7q9' >&2"},
		"a user":                     {script: "echo 'curl -u ann:CANARY7q9 https://h' >&2"},
		"a variable":                 {script: "echo AWS_SECRET_ACCESS_KEY=CANARY7q9 >&2"},
		"a header":                   {script: "echo '> Authorization: Basic CANARY7q9' >&2"},
		"a signed address":           {script: "echo 'GET https://h/x?sv=1&sig=CANARY7q9 failed' >&2"},
		"an argument":                {script: `echo "unknown argument: $1" >&2`, arguments: []string{"CANARY7q9"}},
		"an argument of words":       {script: `echo "unknown argument: $2" >&2`, arguments: []string{"--password", "canary"}},
		"an argument with =":         {script: `echo "${1#*=} is refused" >&2`, arguments: []string{"--token=CANARY7q9"}},
		"a setting in an argument":   {script: `echo "${1#*=} is refused" >&2`, arguments: []string{"realm=CANARY7q9"}},
		"a script":                   {script: `set -- "--x CANARY7q9"; echo "$1" >&2`},
		"its own trace":              {script: `set -x; curl_token=CANARY7q9; : "$curl_token"; false`},
		"a variable of its own":      {script: `echo "$VAULT is refused" >&2`, env: map[string]string{"VAULT": "CANARY7q9"}},
		"an inherited variable":      {script: `echo "$CI_JOB_TOKEN is refused" >&2`, inherited: map[string]string{"CI_JOB_TOKEN": "CANARY7q9"}},
		"one with another name":      {script: `echo "$SOMETHING is refused" >&2`, inherited: map[string]string{"SOMETHING": "x/CANARY7q9"}},
		"all variables":              {script: `env >&2`, inherited: map[string]string{"SOMETHING": "CANARY7q9", "GITLAB_PAT": "CANARY7q9-2"}},
		"what it printed":            {script: `printf '{"token": "%s"}' "CANARY7q""9"; echo "got CANARY7q""9" >&2`},
		"what it printed, badly":     {script: `echo "CANARY7q""9"; echo "got CANARY7q""9" >&2`},
		"a key":                      {script: `printf -- '-----BEGIN PRIVATE KEY-----\nCANARY7q9\n-----END PRIVATE KEY-----\n' >&2`},
		"in base64":                  {script: `printf %s "$VAULT" | base64 >&2`, env: map[string]string{"VAULT": "CANARY7q9"}},
		"cut by the message":         {script: `printf "$VAULT"; printf "$VAULT%995s." "" | tr ' ' x >&2`, env: map[string]string{"VAULT": "CANARY7q9"}},
		"cut by the program":         {script: `printf "%s refused" "${VAULT%??????}" >&2`, env: map[string]string{"VAULT": "CANARY7q9CANARY7q9CANARY7q9CANARY7q9"}},
		"between escapes":            {script: `printf "\033[31m%s\033[0m" "$VAULT" >&2`, env: map[string]string{"VAULT": "CANARY7q9"}},
		"in a line that fakes error": {script: `printf "\n\nError: %s\n" "$VAULT" >&2`, env: map[string]string{"VAULT": "CANARY7q9"}},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range test.inherited {
				t.Setenv(variable, value)
			}
			command := shell(t, test.script+"; exit 3")
			command.Env = test.env
			command.Args = slices.Concat(command.Args, []string{"login"}, test.arguments)
			_, err := NewSource(command).Token(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			message := err.Error()
			if strings.Contains(message, canary) || strings.Contains(message, "CANARY7") || strings.Contains(message, "Q0FOQVJZN3E5") ||
				strings.Contains(message, ": canary") || strings.ContainsAny(message, "\n\x1b") {
				t.Errorf("%q", message)
			}
			if !strings.Contains(message, "it wrote: ") {
				t.Errorf("nothing of what it wrote is shown: %q", message)
			}
		})
	}
}

// What helps stays: which account, which file, which server, what went wrong.
func TestWhatACommandSaysIsShown(t *testing.T) {
	command := Command{Name: "kubectl", Args: []string{"create", "token", "mlflow-client", "--namespace", "ml", "--duration", "1h", "-o", "json"}}
	for _, complaint := range []string{
		`error: failed to create token: serviceaccounts "mlflow-client" not found`,
		"ERROR: Please run 'az login' to setup account.",
		"open /home/ann/.kube/config: permission denied",
		"Unable to connect to the server: dial tcp 10.0.0.7:6443: connect: connection refused",
		"ERROR: (gcloud.auth.print-identity-token) You do not currently have an active account selected.",
	} {
		if got := command.clean(complaint, ""); got != "; it wrote: "+complaint {
			t.Errorf("%q is shown as %q", complaint, got)
		}
	}
}

// What the process knows from elsewhere, a password for MLflow itself, say, is known here as well.
func TestWhatTheProcessKnowsIsHiddenFromComplaints(t *testing.T) {
	command := Command{Secrets: (*redact.Secrets)(nil).With("plain but secret")}
	if got := command.clean("it is plain but secret", ""); got != "; it wrote: it is "+redact.Hidden {
		t.Error(got)
	}
}

// FuzzComplaints lets a command write anything, and looks for what it was given.
func FuzzComplaints(f *testing.F) {
	f.Add("failed: ", "\n", "hunter2-s3cret")
	f.Add("\x1b[31m", "\u202e", "a'b\"c<d>&e")
	f.Add(strings.Repeat("x", 2000), strings.Repeat("y", 990), "0123456789")
	f.Fuzz(func(t *testing.T, before, after, secret string) {
		if secret = strings.TrimSpace(secret); len(secret) < leastValue || !utf8.ValidString(secret) || strings.ContainsAny(secret, "\r\n\x00") {
			return
		}
		command := Command{Env: map[string]string{"SECRET": secret}}
		got := command.clean(before+secret+after, "")
		if strings.Contains(got, secret) && !strings.Contains(before+after+redact.OneLine(before+" "+after)+redact.Hidden+"; it wrote: ", secret) {
			t.Errorf("%q shows %q", got, secret)
		}
		if count := utf8.RuneCountInString(got); count > redact.MaxLength+20 || strings.ContainsAny(got, "\n\r\x1b\u202e") {
			t.Errorf("%d characters: %q", count, got)
		}
	})
}

// moment is when the answers are read, and fixedWords are the long words of this package's own errors.
var moment = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

const fixedWords = "2026-05-01T12:00:00Z status.token access_token accessToken"

// FuzzAnswer lets a command print anything: no answer stops the process, and no error repeats what was printed.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"token": "t0ken", "expiry": "2026-05-01T13:00:00Z"}`, `{"status": {"token": "t0ken"}}`, `{"access_token": "t0ken", "expires_in": 3600}`,
		`{"accessToken": "t0ken", "expires_on": 1777640400}`, `{"access_token": "t", "expires_in": 1e400}`, `{"token": ["x"]}`, `[`, "", "null", `{"token":""}`,
		`{"access_token": "t", "expires_in": -9223372036854775808}`, `{"accessToken": "t", "expires_on": 1e-400}`, `{"token": "a\u0000b"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, output []byte) {
		found, err := parse(output, moment)
		if err != nil {
			for _, word := range words.FindAllString(string(output), -1) {
				_, noTime := time.Parse(time.RFC3339, word)
				if len(word) >= 12 && strings.Contains(err.Error(), word) && !strings.Contains(fixedWords, word) && noTime != nil {
					t.Errorf("the error %q repeats %q", err, word)
				}
			}
			return
		}
		if found.value == "" || strings.ContainsFunc(found.value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q is taken for a token", found.value)
		}
		if !found.expiry.IsZero() && (!found.expiry.After(moment) || found.expiry.Year() > 9999) {
			t.Errorf("the token expires at %s", found.expiry)
		}
	})
}
