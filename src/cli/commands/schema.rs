//! `schema`: what specs and results look like.

use crate::cli::{SchemaArguments, SchemaOf};
use crate::spec::{reference, schema};
use crate::{inspect, inventory, operate, plan};

pub(super) fn text(arguments: &SchemaArguments) -> String {
    if arguments.markdown {
        return reference::reference();
    }
    match if arguments.plan { SchemaOf::Plan } else { arguments.of } {
        SchemaOf::Spec => schema::schema_text(),
        SchemaOf::Plan => plan::view::schema_text(),
        SchemaOf::Inspect => inspect::schema_text(),
        SchemaOf::Inventory => inventory::view::schema_text(),
        SchemaOf::Status => operate::status::schema_text(),
        SchemaOf::Saves => operate::save::view::schema_text(),
    }
}
