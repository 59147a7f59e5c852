//! Text of whole lines with variables in it, and the files that are made of it.

use super::{Select, Text, is_bare_name};

/// A function applied to a name and to the text of a file: `pkgs.writeText "lan.xml" ''…''`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// What makes the file.
    pub function: Select,
    /// The name of the file.
    pub name: Text,
    pub text: Lines,
}

/// Text of one or more lines, each with a newline at its end, and with variables in it.
///
/// It is written as an indented string, a line of text to a line of Nix. Two texts that are equal have equal pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines(Vec<Piece>);

/// A piece of [`Lines`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text, maybe of many lines.
    Text(Text),
    /// A variable whose value stands here as text: `${hostFiles.x86_64.emulator}`.
    Select(Select),
}

impl Lines {
    /// Joins `pieces` to lines.
    ///
    /// ```
    /// use lab2nix::nix::{Lines, Piece, Select, Text};
    ///
    /// let text = |text| Piece::Text(Text::literal(text));
    /// let lines = Lines::new([text("<a>"), Select::literal("b", &[]).into(), text("</a>"), text("\n")])?;
    /// assert_eq!(lines.pieces().last(), Some(&text("</a>\n")));
    /// assert!(Lines::new([text("<a/>")]).is_err());
    /// # Ok::<(), lab2nix::nix::NotLines>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The last line has to end with a newline, and there has to be one. A variable with a name in its path that needs
    /// quotes is refused, because `nixfmt` breaks lines at such a variable.
    pub fn new(pieces: impl IntoIterator<Item = Piece>) -> Result<Self, NotLines> {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            if let Piece::Select(select) = &piece
                && let Some(quoted) = select.path.iter().find(|name| !is_bare_name(name.as_str()))
            {
                return Err(NotLines::Quoted(quoted.as_str().to_owned()));
            }
            match (joined.last_mut(), piece) {
                (_, Piece::Text(text)) if text.as_str().is_empty() => {}
                (Some(Piece::Text(before)), Piece::Text(text)) => before.append(&text),
                (_, piece @ (Piece::Text(_) | Piece::Select(_))) => joined.push(piece),
            }
        }
        match joined.last() {
            Some(Piece::Text(text)) if text.as_str().ends_with('\n') => Ok(Self(joined)),
            Some(Piece::Text(_) | Piece::Select(_)) | None => Err(NotLines::Unfinished),
        }
    }

    /// The pieces: no text is empty, and between two texts there is a variable.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }
}

impl From<Text> for Piece {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<Select> for Piece {
    fn from(select: Select) -> Self {
        Self::Select(select)
    }
}

/// Why pieces do not make [`Lines`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotLines {
    /// The last line has no newline at its end, or there is no line.
    #[error("the last line does not end with a newline")]
    Unfinished,
    /// A variable is reached by a name that needs quotes.
    #[error("the attribute {0:?} of a variable needs quotes")]
    Quoted(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_equal_pieces() {
        let text = |text| Piece::Text(Text::literal(text));
        let variable = || Piece::from(Select::literal("a", &["b"]));
        let lines = Lines::new([text("x"), text(""), text("\ny"), variable(), text(""), variable(), text("\n")]);
        assert_eq!(lines, Lines::new([text("x\ny"), variable(), variable(), text("\n")]));
        assert_eq!(lines.map(|lines| lines.pieces().len()), Ok(4));
    }

    #[test]
    fn lines_end() {
        let text = |text| Piece::Text(Text::literal(text));
        for unfinished in
            [vec![], vec![text("")], vec![text("\na")], vec![text("\n"), Select::literal("a", &[]).into()]]
        {
            assert_eq!(Lines::new(unfinished), Err(NotLines::Unfinished));
        }
        assert!(Lines::new([text("\n"), text("")]).is_ok());
        let quoted = Select::literal("a", &["b", "c d"]);
        assert_eq!(Lines::new([quoted.into(), text("\n")]), Err(NotLines::Quoted("c d".to_owned())));
    }
}
