//! Which domains are meant: those whose names match a glob, or that have a profile.

use std::collections::BTreeSet;

use glob::{MatchOptions, Pattern};

use crate::problem::{did_you_mean, quoted_list};

/// What somebody has asked for: globs such as `web-*`, and profiles such as `@server`. Upper and lower case are different, as they
/// are in names. Without any, all domains are meant.
#[derive(Debug, Clone, Default)]
pub struct Choice(Vec<Term>);

#[derive(Debug, Clone)]
enum Term {
    /// A name with `*`, `?` and `[…]`.
    Glob(Pattern),
    /// A name, letter by letter.
    Name(String),
    Profile(String),
}

/// Why nothing can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Brackets or stars that make no sense.
    #[error("`{word}` is not a valid glob: {why}; `*`, `?` and `[…]` match characters of names")]
    NotAGlob {
        /// What was asked for.
        word: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody has that name.
    #[error("there is no domain `{word}`: {help}")]
    NoDomain {
        /// What was asked for.
        word: String,
        /// What may be meant.
        help: String,
    },
    /// No domain has that profile.
    #[error("no domain has the profile `{word}`: {help}")]
    NoProfile {
        /// What was asked for.
        word: String,
        /// What may be meant.
        help: String,
    },
}

impl Choice {
    /// Reads what was asked for, each a glob of names or `@` and the name of a profile.
    ///
    /// # Errors
    ///
    /// [`Error::NotAGlob`].
    pub fn parse(words: &[String]) -> Result<Self, Error> {
        words.iter().map(|word| Term::parse(word)).collect::<Result<_, _>>().map(Self)
    }

    /// The domain of this name alone, whatever its characters mean in a glob.
    #[must_use]
    pub fn name(name: &str) -> Self {
        Self(vec![Term::Name(name.to_owned())])
    }

    /// Whether nothing was asked for, so that all are meant.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a domain of this name with these profiles is meant.
    #[must_use]
    pub fn has(&self, name: &str, profiles: &[String]) -> bool {
        self.is_all() || self.names(name, profiles)
    }

    /// Whether something that was asked for is this domain: also where it is left out unless it is named.
    #[must_use]
    pub fn names(&self, name: &str, profiles: &[String]) -> bool {
        self.0.iter().any(|term| term.has(name, profiles))
    }

    /// Whether all that was asked for is there, among domains with their profiles.
    ///
    /// # Errors
    ///
    /// [`Error::NoDomain`] and [`Error::NoProfile`], of the first that is not, with what may be meant.
    pub fn is_among<'d>(&self, domains: impl IntoIterator<Item = (&'d str, &'d [String])>) -> Result<(), Error> {
        let domains: Vec<(&str, &[String])> = domains.into_iter().collect();
        let is_there = |term: &&Term| domains.iter().any(|(name, profiles)| term.has(name, profiles));
        match self.0.iter().find(|term| !is_there(term)) {
            None => Ok(()),
            Some(Term::Glob(pattern)) => {
                let any_case = MatchOptions { case_sensitive: false, ..MatchOptions::default() };
                let alike = domains.iter().map(|(name, _)| *name).filter(|name| pattern.matches_with(name, any_case));
                let alike = quoted_list(alike);
                if alike.is_empty() || !pattern.as_str().contains(['*', '?', '[']) {
                    return Err(no_domain(pattern.as_str(), &domains));
                }
                let help = format!("upper and lower case are different in names, and there is {alike}");
                Err(Error::NoDomain { word: pattern.as_str().to_owned(), help })
            }
            Some(Term::Name(word)) => {
                let is_name = |name: &str| domains.iter().any(|(known, _)| *known == name);
                let help = match word.rsplit_once('@') {
                    Some((_, name)) if is_name(name) => format!("write `{name}`, and its user is that of the spec"),
                    _ if word.contains(['*', '?', '[', ',', '@']) || word == "all" => {
                        "the name of a single domain is wanted".to_owned()
                    }
                    _ => return Err(no_domain(word, &domains)),
                };
                Err(Error::NoDomain { word: word.clone(), help })
            }
            Some(Term::Profile(word)) => {
                let known = domains.iter().flat_map(|(_, profiles)| profiles.iter().map(String::as_str));
                let known: BTreeSet<&str> = known.collect();
                Err(Error::NoProfile { word: word.clone(), help: did_you_mean(word, known) })
            }
        }
    }
}

fn no_domain(word: &str, domains: &[(&str, &[String])]) -> Error {
    let help = match word {
        "" => "the name is empty".to_owned(),
        "all" => "all domains are `*`, in quotes".to_owned(),
        _ if word.contains(',') => "names are separated by blanks".to_owned(),
        _ => did_you_mean(word, domains.iter().map(|(name, _)| *name)),
    };
    Error::NoDomain { word: word.to_owned(), help }
}

impl Term {
    fn parse(word: &str) -> Result<Self, Error> {
        if let Some(profile) = word.strip_prefix('@') {
            return Ok(Self::Profile(profile.to_owned()));
        }
        let not_a_glob =
            |error: glob::PatternError| Error::NotAGlob { word: word.to_owned(), why: error.msg.to_owned() };
        Pattern::new(word).map(Self::Glob).map_err(not_a_glob)
    }

    fn has(&self, name: &str, profiles: &[String]) -> bool {
        match self {
            // A name may have characters that a glob gives a meaning.
            Self::Glob(pattern) => pattern.as_str() == name || pattern.matches(name),
            Self::Name(word) => word == name,
            Self::Profile(profile) => profiles.contains(profile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn globs_and_profiles_choose() {
        let server = ["server".to_owned()];
        let domains: [(&str, &[String]); 3] = [("DC01", &server), ("web-1", &[]), ("web.10", &[])];
        let chosen = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let choice = Choice::parse(&words).map_err(|error| error.to_string())?;
            choice.is_among(domains).map_err(|error| error.to_string())?;
            Ok(domains
                .into_iter()
                .filter(|(name, profiles)| choice.has(name, profiles))
                .map(|(name, _)| name)
                .collect())
        };
        let check = |words: &[&str], expected: Result<&[&'static str], &str>| {
            let expected: Result<Vec<&str>, String> = expected.map(<[_]>::to_vec).map_err(str::to_owned);
            assert_eq!(chosen(words), expected, "{words:?}");
        };
        check(&[], Ok(&["DC01", "web-1", "web.10"]));
        check(&["web*"], Ok(&["web-1", "web.10"]));
        check(&["web?1"], Ok(&["web-1"]));
        check(&["[wD]*1"], Ok(&["DC01", "web-1"]));
        check(&["@server", "web-1"], Ok(&["DC01", "web-1"]));
        check(&["*", "dc01"], Err("there is no domain `dc01`: did you mean `DC01`?"));
        check(
            &["WEB*"],
            Err(
                "there is no domain `WEB*`: upper and lower case are different in names, and there is `web-1` and `web.10`",
            ),
        );
        check(&["web-1,DC01"], Err("there is no domain `web-1,DC01`: names are separated by blanks"));
        check(&["all"], Err("there is no domain `all`: all domains are `*`, in quotes"));
        check(&[""], Err("there is no domain ``: the name is empty"));
        check(&["nothing"], Err("there is no domain `nothing`: known here: `DC01`, `web-1` and `web.10`"));
        check(&["@servers"], Err("no domain has the profile `servers`: did you mean `server`?"));
        check(
            &["a[b"],
            Err("`a[b` is not a valid glob: invalid range pattern; `*`, `?` and `[…]` match characters of names"),
        );
    }
}
