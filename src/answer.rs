//! Answer files of Windows Setup (`autounattend.xml`): what may be in one, its printer, and the reader that proves what was
//! written.
//!
//! Setup ends at a page that waits for somebody, or installs something else, where an element has another name than it knows,
//! is in another pass, or says nothing it can use; and its published schema only knows passes and nesting. So a table
//! (`schema/windows/components.json`) has every element that answer files of lab2nix may have: its component and pass, what
//! stands in it, and in which order. What the table does not have is refused.
//!
//! ```
//! use lab2nix::answer::{Answer, Architecture, Component, Element, Pass};
//! use lab2nix::spec::guest::Os;
//!
//! let shell = Component {
//!     pass: Pass::Specialize,
//!     name: "Microsoft-Windows-Shell-Setup".to_owned(),
//!     elements: vec![Element::text("ComputerName", "DC01")],
//! };
//! let answer = Answer { architecture: Architecture::Amd64, components: vec![shell] };
//! let text = answer.text();
//! assert_eq!(Answer::read(&text, Os::WindowsServer2022)?, answer);
//!
//! let misspelt = text.replace("ComputerName", "ComputerNam");
//! assert_eq!(
//!     Answer::read(&misspelt, Os::WindowsServer2022).unwrap_err().to_string(),
//!     "specialize, Microsoft-Windows-Shell-Setup, ComputerNam: no such element here",
//! );
//! # Ok::<(), lab2nix::answer::Error>(())
//! ```

mod print;
mod read;
mod table;

pub use read::Error;

/// What Windows Setup is told, in the order in which it does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The processor that Windows is for.
    pub architecture: Architecture,
    /// By pass; each component once in a pass.
    pub components: Vec<Component>,
}

/// A processor that Windows is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// `x86_64`.
    Amd64,
    /// `aarch64`.
    Arm64,
}

impl Architecture {
    /// Those whose guests can run.
    pub const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// What Setup calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

/// A part of the installation
/// ([source](https://learn.microsoft.com/en-us/windows-hardware/manufacture/desktop/windows-setup-configuration-passes)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
pub enum Pass {
    /// Setup itself, before Windows is on the disk.
    #[serde(rename = "windowsPE")]
    WindowsPe,
    /// The first start of the new Windows: what makes this machine another one than its image.
    #[serde(rename = "specialize")]
    Specialize,
    /// The welcome, before the first logon.
    #[serde(rename = "oobeSystem")]
    OobeSystem,
}

impl Pass {
    /// Those that answer files of lab2nix have, in the order in which Setup goes through them.
    pub const ALL: [Self; 3] = [Self::WindowsPe, Self::Specialize, Self::OobeSystem];

    /// What Setup calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WindowsPe => "windowsPE",
            Self::Specialize => "specialize",
            Self::OobeSystem => "oobeSystem",
        }
    }
}

/// The settings of a component of Windows in a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// When they are applied.
    pub pass: Pass,
    /// The component: `Microsoft-Windows-Shell-Setup`.
    pub name: String,
    /// The settings.
    pub elements: Vec<Element>,
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// What it is called.
    pub name: String,
    /// What tells an item of some lists from the others (`wcm:keyValue`).
    pub key: Option<String>,
    /// What it says.
    pub content: Content,
}

/// What an element says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A value.
    Text(String),
    /// Other elements.
    Elements(Vec<Element>),
}

impl Element {
    /// One with a value.
    #[must_use]
    pub fn text(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), key: None, content: Content::Text(value.into()) }
    }

    /// One with elements.
    #[must_use]
    pub fn group(name: &str, elements: impl IntoIterator<Item = Self>) -> Self {
        Self { name: name.to_owned(), key: None, content: Content::Elements(elements.into_iter().collect()) }
    }

    /// The same, as the item of a list whose items have keys.
    #[must_use]
    pub fn keyed(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// The elements in it; none in a value.
    fn children(&self) -> &[Self] {
        match &self.content {
            Content::Elements(elements) => elements,
            Content::Text(_) => &[],
        }
    }

    /// Its value, if it is one.
    fn value(&self) -> Option<&String> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Elements(_) => None,
        }
    }
}
