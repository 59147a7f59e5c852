use std::fs;
use std::path::Path;

use super::*;
use crate::files::Disk;
use crate::lab::Lab;
use crate::neighbours::Hosts;
use crate::pipeline;
use crate::source::Source;

/// The width and height of a line of text, or more.
fn of_line(line: &Line) -> Rect {
    let size = match line.font {
        Font::Plain(size) | Font::Bold(size) | Font::Mono(size) => size,
    };
    Rect { x: line.x, y: line.y - size, width: line.font.width(&line.text), height: size + 2 }
}

fn is_in(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x && inner.y >= outer.y && inner.right() <= outer.right() && inner.bottom() <= outer.bottom()
}

fn overlap(one: Rect, other: Rect) -> bool {
    one.x < other.right() && other.x < one.right() && one.y < other.bottom() && other.y < one.bottom()
}

/// Every text is in its box, and no two boxes and labels are on one another, nor is a rail on one.
fn check(name: &str, labs: &[&Lab], hosts: Hosts) {
    let layout = Layout::new(&Graph::new(labs, hosts));
    let page = Rect { x: 0, y: 0, width: layout.width, height: layout.height };
    let mut apart: Vec<Rect> =
        layout.title.iter().chain(layout.legend.iter().map(|(_, line)| line)).map(of_line).collect();
    for card in &layout.cards {
        for line in &card.lines {
            assert!(is_in(of_line(line), card.rect), "{name}: {line:?} in {:?}", card.rect);
        }
        for row in &card.rows {
            assert!(card.rect.y < row.y && row.y < card.rect.bottom(), "{name}: {row:?} of {:?}", card.rect);
            apart.extend(row.lines.iter().map(of_line));
        }
        apart.push(card.rect);
    }
    for header in layout.headers.iter().flatten() {
        for line in &header.lines {
            assert!(is_in(of_line(line), header.rect), "{name}: {line:?} in {:?}", header.rect);
        }
        apart.push(header.rect);
        if let Some(end) = header.rail_end {
            apart.push(Rect { x: header.rail, y: header.rect.bottom(), width: 1, height: end - header.rect.bottom() });
        }
    }
    for band in &layout.bands {
        assert!(is_in(band.rect, page), "{name}: {:?}", band.rect);
        apart.extend(band.lines.iter().map(of_line));
    }
    for (index, one) in apart.iter().enumerate() {
        assert!(is_in(*one, page), "{name}: {one:?} in {page:?}");
        for other in &apart[..index] {
            assert!(!overlap(*one, *other), "{name}: {one:?} and {other:?}");
        }
    }
    for lane in &layout.lanes {
        assert!(lane.x >= MARGIN && lane.x < lane.edge, "{name}: {lane:?}");
    }
}

fn lab(path: &Path) -> Option<Lab> {
    let directory = path.parent().expect("a file is in a directory").to_owned();
    let bytes = fs::read(path).expect("it can be read");
    let (source, problems) = Source::with_includes(Path::new("lab.json"), bytes, &Disk { directory });
    let checked = pipeline::check(&source, problems);
    checked.built.map(|(lab, _)| lab)
}

#[test]
fn nothing_is_on_anything_else() {
    let mut labs = vec![("lab.json".to_owned(), lab(Path::new("lab.json")).expect("the lab of this repository"))];
    for case in fs::read_dir("tests/cases/ok").expect("the cases") {
        let path = case.expect("a case").path().join("lab.json");
        labs.extend(lab(&path).map(|lab| (path.display().to_string(), lab)));
    }
    for (name, lab) in &labs {
        check(name, &[lab], Hosts::One);
    }
    assert!(labs.len() > 20);
    let all: Vec<&Lab> = labs.iter().map(|(_, lab)| lab).take(12).collect();
    check("several hosts", &all, Hosts::OneEach);
    check("one host", &all, Hosts::One);
}
