package redact

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"
)

const canary = "CANARY-7f3a/9Qz+Lk=2&b"

// encodings are the ways in which servers, proxies, libraries and programs repeat a value.
var encodings = map[string]func(string) string{
	"as it is":       func(s string) string { return s },
	"in a query":     url.QueryEscape,
	"in a path":      url.PathEscape,
	"lower escapes":  func(s string) string { return strings.ToLower(url.QueryEscape(strings.ToLower(s))) },
	"base64":         func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 for URL": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"HTML":           html.EscapeString,
	"JSON":           func(s string) string { text, _ := json.Marshal(s); return string(text) },
	"Go":             func(s string) string { return fmt.Sprintf("%q", s) },
}

// places are where a secret stands in the words of others.
var places = []string{
	"%s", "token %s is not valid", "x%sx", "(%s)", "a\nb %s\nc", "<p>%s</p>", `{"detail": "%s"}`, "%s,%[1]s", "/path/%s/more",
	strings.Repeat("x", 990) + "%s", strings.Repeat("word ", 198) + "%s and more", strings.Repeat("é", 995) + "%s",
}

func TestAKnownSecretIsHiddenInEveryFormAndPlace(t *testing.T) {
	for name, encode := range encodings {
		for _, place := range places {
			known := &Secrets{}
			value := canary
			if name == "lower escapes" {
				value = strings.ToLower(canary)
			}
			known.Add(value)
			text := fmt.Sprintf(place, encode(value))
			for way, show := range map[string]func(string) string{"line": known.Line, "last line": known.LastLine, "page": known.Page} {
				wantHidden(t, fmt.Sprintf("%s, %s of %.40q", name, way, place), show(text), value)
			}
		}
	}
}

// wantHidden fails unless nothing of a secret is in what is shown: no part of it that would tell the rest.
func wantHidden(t *testing.T, what, shown, secret string) {
	t.Helper()
	for length := 6; length <= len(secret); length++ {
		for from := 0; from+length <= len(secret); from++ {
			if part := secret[from : from+length]; strings.Contains(shown, part) {
				t.Errorf("%s shows %q: %.200s", what, part, shown)
				return
			}
		}
	}
}

// Wherever the cut falls, and whatever stands before, no part of a secret is left.
func TestTheCutComesLast(t *testing.T) {
	known := &Secrets{}
	known.Add(canary)
	for before := 0; before < 1100; before++ {
		if before > 30 && before < 940 || before > 1010 { // Far from the cut.
			before += 36
		}
		text := strings.Repeat("x", before) + " " + canary + " " + strings.Repeat("y", 1100)
		wantHidden(t, fmt.Sprintf("%d characters before", before), known.Line(text), canary)
		wantHidden(t, fmt.Sprintf("%d characters after", before), known.LastLine(strings.Repeat("y", 1100)+" "+canary+" "+strings.Repeat("x", before)), canary)
	}
	// Where the rest is not looked at.
	for _, before := range []int{window - 30, window - 5, window, window - 1024, window - 1040, pageWindow - 9, pageWindow - 1040} {
		for _, filler := range []string{"x", " ", "\n"} {
			wantHidden(t, fmt.Sprint(before), known.Line(strings.Repeat(filler, before)+canary+strings.Repeat(filler, pageWindow)), canary)
			wantHidden(t, fmt.Sprint(before), known.LastLine(strings.Repeat(filler, window)+canary+strings.Repeat(filler, before)), canary)
			wantHidden(t, fmt.Sprint(before), known.Page("<p>"+strings.Repeat(filler, before)+canary+strings.Repeat(filler, pageWindow)), canary)
		}
	}
}

// A server that shows a token cut off, as some do, shows nothing of it here.
func TestPartsOfASecretAreHidden(t *testing.T) {
	const secret = "sk7f3a9Qz8Lk2b5Xw1Yv4Tn6"
	known := &Secrets{}
	known.Add(secret)
	for length := partial; length < len(secret); length++ {
		wantHidden(t, "the beginning", known.Line("the token "+secret[:length]+"… has expired"), secret)
		wantHidden(t, "the end", known.Line("the token …"+secret[len(secret)-length:]+" has expired"), secret)
	}
	// A word that a value begins with is no secret.
	known.Add("application/json; charset=utf-8")
	if got := known.Line("application/xml was expected"); got != "application/xml was expected" {
		t.Error(got)
	}
}

func TestWhatLooksLikeASecretIsHidden(t *testing.T) {
	for _, text := range []string{
		"curl --password CANARY1x https://h", "curl --password=CANARY1x", "curl --password 'CANARY1x y'", "login --client-secret=CANARY1x",
		"az login -p x --api-key CANARY1x", "curl -u ann:CANARY1x https://h", "curl -uann:CANARY1x", `curl --user "ann:CANARY1x"`,
		"AWS_SECRET_ACCESS_KEY=CANARY1x", "export MY_TOKEN=CANARY1x;", "token: CANARY1x", "password: CANARY1x", "DB_PASSWORD: CANARY1x", `{"client_secret": "CANARY1x"}`, `{'password':'CANARY1x'}`,
		"password=CANARY1x&user=ann", "Authorization: Bearer CANARY1x", "> authorization: CANARY1x", "Proxy-Authorization: Basic CANARY1x==",
		`"Authorization": "Digest CANARY1x"`, "Authorization: Token CANARY1x rest", "set-cookie: id=CANARY1x; path=/", "Cookie: a=b; c=CANARY1x",
		"https://ann:CANARY1x@host/path", "https://ann:CANARY1x/@x@host/path", "https://CANARY1x@github.com", "postgresql+psycopg://ann:CANARY1x@db",
		"https://h/x?sig=CANARY1x", "https://h/x?a=b&sig=CANARY1x&c=d", "/login?ticket=CANARY1x", "https://h/cb#access_token=CANARY1x",
		"http://[broken/login?ticket=CANARY1x", "https://h/?CANARY1xyz", "see https://h/x?se=1&sp=r&sig=CANARY1x.",
		"Bearer CANARY1x", "bearer CANARY1xCANARY1x", "Basic Q0FOQVJZMXg6Q0FOQVJZMXg=", "the token eyJhbGciOi.CANARY1x.CANARY1x is bad", "eyJhbGciOiJIUzI1NiJ9CANARY1x",
		"AKIACANARY1XCANARY1X", "ghp_CANARY1xCANARY1xCANARY1x", "glpat-CANARY1xCANARY1xCANARY1x", "dapi0123456789abcdef0123456789abcdefCANARY1x",
		"key 9aCANARY1xBc3dE5fG7hI9jK1lM3nO5p is bad", "-----BEGIN RSA PRIVATE KEY-----\nCANARY1x\nCANARY1x\n-----END RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nCANARY1x",
		`token => "CANARY1x"`, "token:=CANARY1x", "X-Amz-Security-Token: CANARY1x", "connection string: AccountKey=CANARY1x;EndpointSuffix=x",
	} {
		shown := new(Secrets).Line(text)
		if strings.Contains(shown, "CANARY1x") || strings.Contains(shown, "CANARY1X") || !strings.Contains(shown, Hidden) {
			t.Errorf("%q is shown as %q", text, shown)
		}
	}
}

// What MLflow, proxies and programs say besides stays readable.
func TestOrdinaryWordsAreShown(t *testing.T) {
	for _, text := range []string{
		"Registered Model with name=fraud not found", "Model Version (name=fraud, version=7) not found",
		"Invalid value for parameter 'max_results': 5000", "Missing value for required parameter 'username'.", "You are not authenticated.",
		"Basic authentication is required", "failed to create token: account not found", "token: expired", "Bearer authentication required", "token expired", "The access token expired at 12:00", "deadlock detected",
		"502 Bad Gateway nginx", `invalid model name "Fraud-Scoring-Model-v2-Production-EU"`, "run 0123456789abcdef0123456789abcdef not found",
		"trace 123e4567-e89b-12d3-a456-426614174000", "s3://models/fraud/2026/run-0123456789abcdef/artifacts/model", "see https://mlflow.org/docs/latest/ml/search",
		"FraudScoringModelV2ForProduction is taken", "dial tcp 127.0.0.1:5000: connect: connection refused", "open /home/ann/.mlflow/credentials: permission denied",
		"Get http://127.0.0.1:5000/api: EOF", "Permission denied", "x509: certificate signed by unknown authority", `"Prod" is not a stage`,
		"/tmp/TestAccBadInput_values2345678901/001/registry.db is locked", "日本語のモデル", "100% <of> it's \"quoted\"",
	} {
		if shown := new(Secrets).Line(text); shown != text {
			t.Errorf("%q is shown as %q", text, shown)
		}
	}
}

func TestNothingActsOnATerminal(t *testing.T) {
	for text, want := range map[string]string{
		"bad \x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m": `bad \x1b]0;title\a\x1b[2J\x1b[31mred\x1b[0m`,
		"\u202eevil\u2066x":                             `\u202eevil\u2066x`,
		"a\n\nError: b\r\nc\u2028d\u0085e":              "a Error: b c d e",
		"a\u200bb\ufeffc\u00add":                        `a\u200bb\ufeffc\u00add`,
		"a\x00b\x7f\u009bc":                             `a\x00b\x7f\u009bc`,
		"a\tb \u00a0 c":                                 "a b c",
		"\xff\xfe":                                      "�",
		"ok \U000e0041":                                 `ok \U000e0041`,
		"\ue000 private":                                `\ue000 private`,
		"日本 é 🙂 e\u0301":                                "日本 é 🙂 e\u0301",
		"   ":                                           "",
	} {
		if got := new(Secrets).Line(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
	if got, want := Lines("Error.\n\n  a\x1b[2J\u202e\r\n\tb"), "Error.\n\n  a\\x1b[2J\\u202e\\r\n\\tb"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEveryTextHasOneLength(t *testing.T) {
	known := &Secrets{}
	known.Add(canary)
	for _, text := range []string{strings.Repeat("x", 30<<20), strings.Repeat("é ", 1<<20), strings.Repeat("\x1b", 5000), strings.Repeat("<b>x</b>", 1<<18), strings.Repeat(canary, 1<<14)} {
		for _, shown := range []string{known.Line(text), known.LastLine(text), known.Page(text)} {
			if length := utf8.RuneCountInString(shown); length > MaxLength+1 || !strings.Contains(shown, "…") {
				t.Errorf("%.20q: %d characters", text, length)
			}
		}
	}
	if got := new(Secrets).Line(strings.Repeat("é", MaxLength)); got != strings.Repeat("é", MaxLength) {
		t.Errorf("%d characters of %d are shown", utf8.RuneCountInString(got), MaxLength)
	}
	if length := utf8.RuneCountInString(Lines(strings.Repeat("é\n", 1<<20))); length > maxText {
		t.Errorf("%d characters", length)
	}
}

func TestAPageIsShownAsABrowserWould(t *testing.T) {
	page := "<!doctype html><html><head><title>500 Error</title><style>b{}</style><script>x<y</script></head><!-- c --><body><b>a &amp; b</b>&lt;c&gt;</body></html>"
	if got, want := new(Secrets).Page(page), "500 Error a & b <c>"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, secret := range []string{"ab<cd>ef7h", `x"&'<y8z`} { // What a page takes for a tag, or writes otherwise.
		known := &Secrets{}
		known.Add(secret)
		for _, text := range []string{"<p>" + secret + "</p>", "<p>" + html.EscapeString(secret), "<!-- " + secret + " --><p>" + secret} {
			if shown := known.Page(text); strings.Contains(shown, secret[:3]) || strings.Contains(shown, secret[len(secret)-3:]) {
				t.Errorf("%q is shown as %q", text, shown)
			}
		}
	}
}

func TestValuesOfManyLines(t *testing.T) {
	known := &Secrets{}
	known.Add("-----BEGIN CERTIFICATE-----\nMIIBfirstline\r\nMIIBsecondline\n-----END CERTIFICATE-----\n", strings.Repeat("z8", 5000), "abc", "", " \n ")
	for _, text := range []string{"MIIBfirstline", "MIIBsecondline x", strings.Repeat("z8", 5000)} {
		if shown := known.Line("a " + text); !strings.HasPrefix(shown, "a "+Hidden) || strings.Contains(shown, "MIIB") || strings.Contains(shown, "z8z8") {
			t.Errorf("%.30q is shown as %.80q", text, shown)
		}
	}
	if got := known.Line("abc -----BEGIN CERTIFICATE-----"); got != "abc -----BEGIN CERTIFICATE-----" {
		t.Error(got)
	}
}

func TestSecretsAreAddedWhileOthersAreHidden(t *testing.T) {
	known := &Secrets{}
	var group sync.WaitGroup
	for number := range 20 {
		group.Go(func() {
			secret := fmt.Sprintf("s3cret-%d-value", number)
			known.Add(secret)
			if shown := known.Line("it is " + secret); shown != "it is "+Hidden {
				t.Error(shown)
			}
		})
	}
	group.Wait()
}

func TestWithKnowsMore(t *testing.T) {
	var none *Secrets
	if got := none.With("s3cret-a").Line("s3cret-a s3cret-b"); got != Hidden+" s3cret-b" {
		t.Error(got)
	}
	first := &Secrets{}
	first.Add("s3cret-a")
	if got := first.With("s3cret-b").Line("s3cret-a s3cret-b"); got != Hidden+" "+Hidden {
		t.Error(got)
	}
	if got := first.Line("s3cret-a s3cret-b"); got != Hidden+" s3cret-b" {
		t.Error(got)
	}
}

func TestShapedFindsWhatAnArgumentHolds(t *testing.T) {
	for argument, want := range map[string]string{
		"curl -u ann:pa55 https://h": "ann:pa55", "--client-secret=pa55": "pa55", "PASSWORD='pa 55' run": "pa 55", "https://ann:pa55@h": "pa55",
	} {
		if got := strings.Join(Shaped(argument), "|"); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", argument, got, want)
		}
	}
	if got := Shaped("create token mlflow-client --namespace ml --duration 1h -o json"); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

func TestNamesSecret(t *testing.T) {
	for name, want := range map[string]bool{
		"AWS_SECRET_ACCESS_KEY": true, "CI_JOB_TOKEN": true, "PGPASSWORD": true, "GITLAB_PAT": true, "API_KEY": true, "SSH_AUTH_SOCK": true, "DB_PASS": true,
		"PATH": false, "HOME": false, "KEYBOARD": false, "COMPASS": false, "LANG": false, "PATIENCE": false,
	} {
		if NamesSecret(name) != want {
			t.Errorf("%s: want %v", name, want)
		}
	}
}

// FuzzSecretsAreHidden plants a secret into any text, in any encoding, and looks for it in what is shown.
func FuzzSecretsAreHidden(f *testing.F) {
	for _, place := range places {
		before, after, _ := strings.Cut(place, "%s")
		f.Add(before, after, canary, uint8(0))
	}
	f.Add("Authorization: Basic ", "\n", "ann:pa55word", uint8(4))
	f.Add("<!-- ", " -->", "x<y>z7w8", uint8(6))
	f.Add("\x1b]0;", "\x07", "hidden", uint8(1))
	names := []string{"as it is", "in a query", "in a path", "JSON", "base64", "base64 for URL", "HTML", "Go"}
	f.Fuzz(func(t *testing.T, before, after, secret string, form uint8) {
		secret = strings.TrimSpace(secret)
		if len(secret) < 8 || len(secret) > 2000 || !utf8.ValidString(secret) || strings.ContainsAny(secret, "\r\n") {
			return
		}
		known := &Secrets{}
		known.Add(secret)
		encoded := encodings[names[int(form)%len(names)]](secret)
		text := before + encoded + after
		for way, shown := range map[string]string{"line": known.Line(text), "last line": known.LastLine(text), "page": known.Page(text)} {
			// What the text says without the secret may happen to hold it, or a part of Hidden may.
			elsewhere := known.Line(before) + known.Line(after) + OneLine(before) + OneLine(after) + Hidden
			if strings.Contains(shown, encoded) && !strings.Contains(elsewhere, encoded) && !strings.Contains(before+after, encoded) {
				t.Errorf("%s of %q shows %q: %q", way, text, encoded, shown)
			}
			if looksDrawn(secret) && len(secret) >= 2*partial && form == 0 && !strings.Contains(elsewhere+before+after, secret[:partial]) &&
				strings.Contains(shown, secret[:partial]) && utf8.RuneStart(secret[partial]) {
				t.Errorf("%s of %q shows the beginning of %q: %q", way, text, secret, shown)
			}
			if utf8.RuneCountInString(shown) > MaxLength+1 || !utf8.ValidString(shown) ||
				strings.ContainsFunc(shown, func(char rune) bool { return !unicode.IsPrint(char) }) {
				t.Errorf("%s of %q is not one printable line: %q", way, text, shown)
			}
		}
	})
}
