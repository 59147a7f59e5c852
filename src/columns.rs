//! Tables for people: columns that stand under their headings, however wide the characters are.

use unicode_width::UnicodeWidthStr;

use crate::visible;

/// What is between two columns.
const GAP: &str = "  ";

/// A table as lines, the headings first. What would not be shown as itself in a cell is written out, so that each row is one line;
/// a line ends with its last character. A row may have fewer cells than there are headings.
///
/// ```
/// let rows = [vec!["web".to_owned(), "running".to_owned()], vec!["東京".to_owned()]];
/// assert_eq!(lab2nix::columns::render(&["NAME", "STATE"], &rows), "NAME  STATE\nweb   running\n東京\n");
/// ```
#[must_use]
pub fn render(headings: &[&str], rows: &[Vec<String>]) -> String {
    let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
    let shown =
        |row: &Vec<String>| -> Vec<String> { row.iter().map(|cell| visible::line(cell).into_owned()).collect() };
    let rows: Vec<Vec<String>> = [headings].iter().chain(rows).map(shown).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| Some(row.get(column)?.width())).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if index > 0 {
                line.push_str(GAP);
            }
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width()));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn columns_stand_under_each_other() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows = [row(&["Größe", "", "x"]), row(&["a\nb", "日本", "y"]), row(&[])];
        assert_eq!(render(&["A", "LONGER", "C"], &rows), "A      LONGER  C\nGröße          x\na\\nb   日本    y\n\n");
        assert_eq!(render(&["A", "B"], &[]), "A  B\n");
    }
}
