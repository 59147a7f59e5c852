//! Finds what texts say of the form `NAME=VALUE`, `NAME: VALUE`, `--NAME VALUE` and `<NAME>VALUE</NAME>`, where the name is that of
//! a secret.

use crate::resolve::secret::name;

/// The name of the first secret that a text gives a value.
pub(crate) fn name_of_secret(text: &str) -> Option<&str> {
    let signs = text.match_indices(['=', ':', '>', ' ']);
    let named = signs.filter_map(|(at, sign)| Some((name_before(text, at, sign)?, at, sign)));
    let mut of_secrets = named.filter(|(name, ..)| name::is_of_secret(name));
    of_secrets.find(|(_, at, sign)| is_given(&text[at + 1..], sign)).map(|(name, ..)| name)
}

/// The name that ends where a sign is.
fn name_before<'t>(text: &'t str, at: usize, sign: &str) -> Option<&'t str> {
    let before = match sign {
        // "name" = value, "name": value
        "=" | ":" => text[..at].trim_end_matches(' ').trim_end_matches(['"', '\'', '\\']),
        _ => &text[..at],
    };
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start = before.trim_end_matches(is_of_name).len();
    let name = &before[start..];
    let is_fitting = match sign {
        " " => name.starts_with("--") && !matches!(name, "--secret"),
        ">" => text[..start].ends_with('<'),
        _ => true,
    };
    (is_fitting && !name.is_empty()).then_some(name)
}

/// Whether what follows a sign is a secret.
fn is_given(after: &str, sign: &str) -> bool {
    let value = match sign {
        "=" => after.trim_start_matches(' '),
        // A YAML value; `user:password` and `image:tag` are none.
        ":" => match after.strip_prefix(' ') {
            Some(value) => value.trim_start_matches(' '),
            None => return false,
        },
        _ => after,
    };
    // The quote may be one in a string.
    let value = value.trim_start_matches('\\');
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let value = match quote {
        Some(quote) => value[1..].split([quote, '\\']).next().unwrap_or_default(),
        None => value.split(|c: char| c.is_whitespace() || "\"',;&<>|)}\\".contains(c)).next().unwrap_or_default(),
    };
    let is_number = value.bytes().all(|b| b.is_ascii_digit() || b == b'.') && value.len() < 6;
    name::is_opaque(value, name::SHORTEST) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_found() {
        for (text, expected) in [
            ("curl -sfL https://get.k3s.io | K3S_TOKEN=hunter22 sh -", "K3S_TOKEN"),
            ("export DB_PASSWORD='correct horse'", "DB_PASSWORD"),
            ("kubeadm join --token abcdef.0123456789abcdef 10.0.0.1:6443", "--token"),
            ("mount -o username=me,password=hunter22 //nas/films /mnt", "password"),
            ("network:\n  psk: \"hunter22\"\n", "psk"),
            ("{ \"apiKey\": \"hunter22\" }", "apiKey"),
            (r#"sh -c \"TOKEN=\\\"hunter22\\\"\""#, "TOKEN"),
            ("PrivateKey = 4GgaQCy68nzNsUE5aJ9fuLzHhB65tAlwbmA72MWnOm8=", "PrivateKey"),
            ("<login><password>hunter22</password></login>", "password"),
            ("io.systemd.credential:passwd.plaintext-password.root=hunter22", "passwd.plaintext-password.root"),
        ] {
            assert_eq!(name_of_secret(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_have_none() {
        for text in [
            "",
            "ALL=(ALL) NOPASSWD: ALL",
            "docker run registry/token:latest",
            "K3S_TOKEN_FILE=/etc/rancher/k3s/token",
            "K3S_TOKEN=\"$(cat /run/token)\" sh -",
            "passwd: files systemd",
            "-vnc :1,password=on",
            "tls-psk,id=a,password-secret=b",
            "password=CHANGE_ME",
            "podman run --secret token web",
            "systemctl restart token",
            "PasswordAuthentication no",
            "PWD=/root ls",
        ] {
            assert_eq!(name_of_secret(text), None, "{text}");
        }
    }
}
