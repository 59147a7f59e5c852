//! Settings of a remote desktop, which Windows' own client, Remmina and others open.

use std::fmt::Write as _;

use super::view::{DomainView, PortView};

/// The file of a domain, if it is a Windows whose remote desktop is reached. Lines end as on Windows.
#[must_use]
pub fn render(domain: &DomainView) -> Option<String> {
    let PortView { host, port } = domain.rdp.as_ref()?;
    let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let mut text = format!("full address:s:{host}:{port}\r\nprompt for credentials:i:1\r\n");
    if let Some(user) = &domain.user {
        let _ = write!(text, "username:s:{user}\r\n");
    }
    Some(text)
}

/// The name of its file.
#[must_use]
pub fn file_name(domain: &DomainView) -> String {
    format!("{}.rdp", domain.alias)
}
