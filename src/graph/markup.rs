//! Elements of SVG and HTML, one at a time, in which every text is escaped.

use crate::xml;

/// What has been written.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    text: String,
    open: Vec<&'static str>,
}

/// An attribute: its name and its value.
pub(crate) type Attribute<'a> = (&'a str, &'a dyn ToString);

impl Markup {
    /// Begins an element on a line of its own.
    pub(crate) fn begin(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.line();
        self.start(tag, attributes);
        self.text.push('>');
        self.open.push(tag);
    }

    /// Ends the element that was begun last, on a line of its own.
    pub(crate) fn end(&mut self) {
        let tag = self.open.pop().expect("what ends has begun");
        self.line();
        self.close(tag);
    }

    /// An element with a text.
    pub(crate) fn element(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.line();
        self.start(tag, attributes);
        self.text.push('>');
        self.text.push_str(&xml::escaped(text));
        self.close(tag);
    }

    /// An element of SVG without content.
    pub(crate) fn shape(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.line();
        self.start(tag, attributes);
        self.text.push_str("/>");
    }

    /// An element of HTML that never has content.
    pub(crate) fn void(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.line();
        self.start(tag, attributes);
        self.text.push('>');
    }

    /// A text of this crate's own, as it is: a style sheet, a script, a picture.
    pub(crate) fn as_it_is(&mut self, text: &str) {
        self.line();
        self.text.push_str(text.trim_end());
    }

    /// All of it. Every element has ended.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.text.push('\n');
        self.text
    }

    fn line(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        for _ in &self.open {
            self.text.push(' ');
        }
    }

    fn start(&mut self, tag: &str, attributes: &[Attribute<'_>]) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.text.push_str(&xml::escaped(&value.to_string()));
            self.text.push('"');
        }
    }

    fn close(&mut self, tag: &str) {
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push('>');
    }
}
