//! The shells of guests, and how words become commands of theirs.

use std::iter;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The shell that a guest has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// `/bin/sh`.
    Posix,
    /// Windows PowerShell, which every Windows has.
    PowerShell,
}

impl Shell {
    /// That of a guest.
    #[must_use]
    pub fn of(is_windows: bool) -> Self {
        if is_windows { Self::PowerShell } else { Self::Posix }
    }

    /// The program and its arguments for a command: one word is a line for the shell, several are a program and its arguments, which the
    /// shell finds and takes as they are.
    #[must_use]
    pub fn command(self, words: &[String]) -> (&'static str, Vec<String>) {
        match (self, words) {
            (Self::Posix, [line]) => ("/bin/sh", vec!["-c".to_owned(), line.clone()]),
            (Self::Posix, words) => {
                let own = ["-c", "exec \"$@\"", "sh"].map(str::to_owned);
                ("/bin/sh", own.into_iter().chain(words.iter().cloned()).collect())
            }
            (Self::PowerShell, [line]) => Self::power_shell(line),
            (Self::PowerShell, words) => {
                let quoted: Vec<String> = words.iter().map(|word| power_shell_word(word)).collect();
                Self::power_shell(&format!("& {}", quoted.join(" ")))
            }
        }
    }

    /// What kills a process and all that it has started.
    #[must_use]
    pub fn kill(self, pid: u64) -> (&'static str, Vec<String>) {
        match self {
            // Those that it starts meanwhile are caught by stopping it first.
            Self::Posix => {
                let script = "tree() { kill -STOP \"$1\"; for child in $(cat /proc/\"$1\"/task/*/children); do tree \
                              \"$child\"; done; kill -KILL \"$1\"; }; tree \"$1\"; pkill -KILL -P \"$1\"; true";
                ("/bin/sh", ["-c", script, "sh", &pid.to_string()].map(str::to_owned).to_vec())
            }
            Self::PowerShell => ("taskkill.exe", ["/F", "/T", "/PID", &pid.to_string()].map(str::to_owned).to_vec()),
        }
    }

    /// A script in PowerShell. What it writes is UTF-8, without the bars of progress that only a console has. It ends as its last
    /// command does, also where that is no program.
    fn power_shell(script: &str) -> (&'static str, Vec<String>) {
        let script = format!(
            "$ProgressPreference = 'SilentlyContinue'; [Console]::OutputEncoding = [Text.UTF8Encoding]::new($false); \
             $global:LASTEXITCODE = $null; $global:Good = $false; & {{ {script}\n$global:Good = $? }}; \
             if ($global:Good) {{ exit 0 }}; if ($LASTEXITCODE) {{ exit $LASTEXITCODE }}; exit 1"
        );
        let bytes: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let arguments = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-EncodedCommand"];
        let encoded = STANDARD.encode(bytes);
        ("powershell.exe", arguments.map(str::to_owned).into_iter().chain([encoded]).collect())
    }
}

/// A word as PowerShell takes it as it is: it has five characters for a single quote.
fn power_shell_word(word: &str) -> String {
    let is_quote = |c: char| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
    let doubled = word.chars().flat_map(|c| iter::repeat_n(c, if is_quote(c) { 2 } else { 1 }));
    format!("'{}'", doubled.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::Duration;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn printed(given: &[&str]) -> String {
        let (program, arguments) = Shell::Posix.command(&words(given));
        let output = Command::new(program).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn one_word_is_a_line_and_several_are_a_program() {
        assert_eq!(printed(&["echo a  $((1 + 2)) | tr a b"]), "b 3\n");
        assert_eq!(printed(&["printf", "<%s>", "a  $x", "it's", "*"]), "<a  $x><it's><*>");
    }

    #[test]
    fn power_shell_takes_words_as_they_are() {
        let script = |given: &[&str]| {
            let (program, arguments) = Shell::PowerShell.command(&words(given));
            assert_eq!(program, "powershell.exe");
            let bytes = STANDARD.decode(arguments.last().unwrap()).unwrap();
            let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).unwrap()
        };
        assert!(script(&["Get-Service 'a b' # x"]).contains("& { Get-Service 'a b' # x\n$global:Good = $? };"));
        assert!(script(&["cmd", "it's", "$x ü"]).contains("& { & 'cmd' 'it''s' '$x ü'\n"));
        assert!(script(&["echo", "a\u{2019}; b"]).contains("& 'echo' 'a\u{2019}\u{2019}; b'\n"));
    }

    #[test]
    fn what_a_command_has_started_is_killed_with_it() {
        let (program, arguments) = Shell::Posix.command(&words(&["sleep 1000 & sleep 1000; true"]));
        let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        thread::sleep(Duration::from_millis(300));
        let (program, arguments) = Shell::Posix.kill(child.id().into());
        let output = Command::new(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        // Both sleeps had its output open.
        let mut rest = Vec::new();
        std::io::Read::read_to_end(&mut child.stdout.take().unwrap(), &mut rest).unwrap();
        assert!(!child.wait().unwrap().success());
    }
}
