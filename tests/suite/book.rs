//! The documents as a site: every page is in it, and every link leads somewhere.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use lab2nix::plan::consequence::Consequence;
use lab2nix::problem::Id;
use lab2nix::{book, explain};
use mdbook_driver::MDBook;

use crate::support::{Differences, with_extension};

/// A file of this repository, as the documents name those that are not in the book.
const SOURCES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/");

#[test]
fn every_link_leads_somewhere() {
    let site = Site::build();
    let mut differences = Differences::default();
    for (page, content) in &site.pages {
        for link in &content.links {
            if let Err(why) = site.leads_somewhere(Path::new(page), link) {
                differences.add(&format!("{page}: `{link}`: {why}\n"));
            }
        }
    }
    for document in outside() {
        let text = fs::read_to_string(&document).expect("it was just found");
        let dir = document.parent().unwrap_or(Path::new(""));
        for link in markdown_links(&text) {
            if let Err(why) = site.of_repository(&dir.join(link)) {
                differences.add(&format!("{}: `{link}`: {why}\n", document.display()));
            }
        }
    }
    differences.settle("mend the links");
}

#[test]
fn every_document_is_a_page() {
    let summary = fs::read_to_string("docs/SUMMARY.md").expect("it is there");
    let listed: BTreeSet<PathBuf> = markdown_links(&summary).map(PathBuf::from).collect();
    let documents = with_extension(Path::new("docs"), "md").into_iter();
    let names: BTreeSet<PathBuf> = documents.filter_map(|path| path.file_name().map(PathBuf::from)).collect();
    let unlisted: Vec<&PathBuf> = names.difference(&listed).filter(|name| !name.ends_with("SUMMARY.md")).collect();
    assert_eq!(unlisted, [""; 0], "add them to docs/SUMMARY.md");
}

#[test]
fn every_problem_and_consequence_has_the_address_that_is_told() {
    let site = Site::build();
    for name in Id::ALL.iter().map(|id| id.name()).chain(Consequence::ALL.iter().map(|found| found.name())) {
        let address = book::problem(name);
        assert!(explain::of(name).expect("it is explained").contains(&address), "{name}");
        let link = address.strip_prefix(book::SITE).expect("it is on the site");
        site.leads_somewhere(Path::new("index.html"), link).unwrap_or_else(|why| panic!("{address}: {why}"));
    }
}

#[test]
fn the_page_of_problems_is_fresh() {
    let page = fs::read_to_string("docs/problems.md").unwrap_or_default();
    assert!(page == explain::page(), "run: cargo run -- explain --markdown > docs/problems.md");
}

/// The documents of the repository that are not in the book.
fn outside() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).to_vec();
    for directory in ["examples", "templates"] {
        let entries = crate::support::entries(Path::new(directory)).into_iter();
        all.extend(entries.map(|entry| entry.join("README.md")).filter(|path| path.is_file()));
    }
    all
}

/// The links of a document that lead to other files.
fn markdown_links(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    let links = prose.flat_map(|part| part.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    links.filter(|link| !link.contains("://") && !link.starts_with('#'))
}

/// The pages of the site.
struct Site {
    pages: BTreeMap<String, Page>,
    /// Where it was built, for pictures.
    place: tempfile::TempDir,
}

/// What a page has.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

impl Site {
    fn build() -> Self {
        let place = tempfile::tempdir().expect("there is room");
        let mut book = MDBook::load("docs").expect("it is a book");
        place.path().clone_into(&mut book.config.build.build_dir);
        book.build().expect("it is built");
        let mut pages = BTreeMap::new();
        for file in with_extension(place.path(), "html") {
            let name = file.file_name().expect("it is a file").to_string_lossy().into_owned();
            // What mdbook makes of all pages, and the page of those that are not there.
            if !["print.html", "toc.html", "404.html"].contains(&name.as_str()) {
                let text = fs::read_to_string(&file).expect("it was just written");
                pages.insert(name, Page::read(&text));
            }
        }
        assert!(pages.len() > 10, "the book has pages");
        Self { pages, place }
    }

    fn leads_somewhere(&self, page: &Path, link: &str) -> Result<(), String> {
        if let Some(path) = link.strip_prefix(SOURCES) {
            return self.of_repository(Path::new(path));
        }
        if link.contains("://") || link.starts_with("mailto:") {
            return Ok(());
        }
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let name = if file.is_empty() { page.display().to_string() } else { file.to_owned() };
        match self.pages.get(&name) {
            Some(found) if anchor.is_empty() || found.ids.contains(anchor) => Ok(()),
            Some(_) => Err(format!("{name} has no `{anchor}`")),
            None if self.place.path().join(file).is_file() => Ok(()),
            None => Err("there is no such page".to_owned()),
        }
    }

    /// Whether a path of the repository is there; of one in the book, its anchor too.
    fn of_repository(&self, path: &Path) -> Result<(), String> {
        let text = path.display().to_string();
        let (file, anchor) = text.split_once('#').unwrap_or((&text, ""));
        let mut plain = PathBuf::new();
        for step in Path::new(file).components() {
            if step == Component::ParentDir {
                plain.pop();
            } else {
                plain.push(step);
            }
        }
        if !plain.exists() {
            return Err(format!("there is no {}", plain.display()));
        }
        match plain.strip_prefix("docs") {
            Ok(page) if !anchor.is_empty() => {
                let name = page.with_extension("html");
                self.leads_somewhere(&name, &format!("{}#{anchor}", name.display()))
            }
            _ => Ok(()),
        }
    }
}

impl Page {
    fn read(text: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(text));
        let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.0.into_inner()
    }
}

#[derive(Default)]
struct Tags(RefCell<Page>);

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && tag.kind == TagKind::StartTag
        {
            let mut page = self.0.borrow_mut();
            for attribute in tag.attrs {
                let value = attribute.value.to_string();
                match &*attribute.name.local {
                    "id" => drop(page.ids.insert(value)),
                    // Style sheets and scripts are mdbook's own.
                    "href" if &*tag.name == "a" => page.links.push(value),
                    "src" if &*tag.name == "img" => page.links.push(value),
                    _ => {}
                }
            }
        }
        TokenSinkResult::Continue
    }
}
