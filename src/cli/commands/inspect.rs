//! `inspect`: labs as they are resolved.

use super::{ATTENTION, Failure, print, read_all};
use crate::cli::{Cli, InspectArguments, TableFormat};
use crate::inspect::{View, table};
use crate::report::Positions;

pub(super) fn inspect(cli: &Cli, arguments: &InspectArguments) -> Result<u8, Failure> {
    let Some(specs) = read_all(cli, &arguments.specs)? else { return Ok(ATTENTION) };
    let mut labs = Vec::new();
    for (source, checked) in &specs {
        labs.push((checked.lab()?.0, source.name(), Positions::new(source)));
    }
    let view = View::new(labs);
    print(&match arguments.format {
        TableFormat::Table => table::render(&view),
        TableFormat::Json => view.json(),
    })?;
    Ok(0)
}
