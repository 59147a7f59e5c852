//! Which names are those of secrets, and which values stand in for one.

/// What the names of secrets end in, without what is between their words.
const ENDS: &[&str] = &[
    "accesskey",
    "apikey",
    "authkey",
    "encryptionkey",
    "passphrase",
    "passwd",
    "password",
    "plaintextpasswordroot",
    "presharedkey",
    "privatekey",
    "psk",
    "pwd",
    "rootpw",
    "secret",
    "secretkey",
    "sharedkey",
    "token",
];

/// Names that end so too, and are of something else: the id of a QEMU object, a rule of sudo, a switch.
const OTHERS: &[&str] = &["keysecret", "passwdsecret", "passwordsecret", "lockpasswd", "nopasswd", "nopassword"];

/// Words for what is not known yet, and values that many programs have.
const STAND_INS: &[&str] = &[
    "ask",
    "auto",
    "compat",
    "default",
    "dummy",
    "false",
    "files",
    "fixme",
    "hidden",
    "ldap",
    "no",
    "none",
    "null",
    "off",
    "on",
    "placeholder",
    "prompt",
    "prohibited",
    "r",
    "random",
    "redacted",
    "required",
    "string",
    "systemd",
    "todo",
    "true",
    "unset",
    "yes",
];

/// What words for what is not known yet start with.
const STARTS: &[&str] = &["changeme", "changethis", "example", "insert", "placeholder", "replace", "your"];

/// The shortest secret, in bytes, where the name tells only what is likely.
pub(crate) const SHORTEST: usize = 4;

/// Whether a name is probably that of a secret.
pub(crate) fn is_of_secret(name: &str) -> bool {
    // Most names are none.
    let last = name.as_bytes().last().map(u8::to_ascii_lowercase);
    if !matches!(last, Some(b'd' | b'e' | b'k' | b'n' | b't' | b'w' | b'y')) {
        return false;
    }
    let plain = plain(name);
    let ends = |ends: &[&str]| ends.iter().any(|end| plain.ends_with(end));
    ends(ENDS) && !ends(OTHERS)
}

/// Whether a value can be a secret itself: it is none that a program looks up somewhere else, and no word for one that is not
/// known yet.
pub(crate) fn is_opaque(value: &str, shortest: usize) -> bool {
    let value = value.trim();
    let is_lookup = value.starts_with(['$', '<', '{', '%', '/', '~', '@', '[', '(', '-', '*', '!', '&', '|', '='])
        || value.starts_with("./")
        || value.starts_with("file:")
        || ["$(", "${", "`", "{{"].iter().any(|part| value.contains(part));
    value.len() >= shortest && !value.is_empty() && !is_lookup && !is_stand_in(value)
}

/// Whether a value is a word for one that is not known yet.
pub(crate) fn is_stand_in(value: &str) -> bool {
    let plain = plain(value);
    let first = value.chars().next();
    let is_one_sign = value.chars().count() > 2 && value.chars().all(|c| Some(c) == first);
    plain.is_empty() && !value.is_empty() && !value.chars().any(char::is_alphanumeric) && value.chars().count() < 4
        || is_one_sign
        || STAND_INS.contains(&plain.as_str())
        || STARTS.iter().any(|start| plain.starts_with(start))
}

/// A text in small letters without signs.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in ["PASSWORD", "K3S_TOKEN", "wifi-psk", "secretKey", "AWS_SECRET_ACCESS_KEY", "PrivateKey", "rootpw"]
        {
            assert!(is_of_secret(name), "{name}");
        }
        for name in [
            "",
            "NOPASSWD",
            "lock_passwd",
            "password-secret",
            "passwordFile",
            "token-file",
            "secretUsage",
            "key",
            "pass",
        ] {
            assert!(!is_of_secret(name), "{name}");
        }
    }

    #[test]
    fn what_stands_in_for_a_secret_is_known() {
        for value in ["hunter22", "correct horse", "Zm9v=", "p"] {
            assert!(is_opaque(value, 1), "{value}");
        }
        for value in
            ["", "CHANGE_ME", "changeme123", "$X", "a$(b)", "<x>", "/a", "xxx", "…", "...", "your-password-here", "no"]
        {
            assert!(!is_opaque(value, 1), "{value}");
        }
        assert!(!is_opaque("abc", SHORTEST));
    }
}
