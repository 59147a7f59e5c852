//! What of a network can be told to it while it runs: its DNS and DHCP hosts, and its ranges.

use roxmltree::Node;

use super::{Section, Tell};
use crate::activation::definition::Definition;
use crate::lab::identity::ObjectKind;
use crate::xml::node::child;

/// What a running network has to be told so that its definition becomes another one; `None` where more changes than that.
pub(super) fn difference(old: &Definition, new: &Definition) -> Option<Vec<Tell>> {
    let plain = |definition: &Definition| {
        let mut plain = Definition::new(without_hosts(definition)).ok()?;
        plain.facts.dnsmasq.clone_from(&definition.facts.dnsmasq);
        Some(plain.compared(ObjectKind::Network, &plain))
    };
    if plain(old)? != plain(new)? {
        return None;
    }
    let (before, after) = (lists(old), lists(new));
    let mut steps = Vec::new();
    for (section, parent, is) in &before {
        let wanted = after.iter().find(|(other, index, _)| other == section && index == parent);
        let wanted = wanted.map_or(&[][..], |(_, _, elements)| elements.as_slice());
        // What is added comes last, so what stands in another place is taken away and added again.
        let same = is.iter().zip(wanted).take_while(|(one, other)| one == other).count();
        let tell = |element: &String, is_added: bool| Tell {
            is_added,
            section: *section,
            element: element.clone(),
            parent: *parent,
        };
        steps.extend(is[same..].iter().map(|element| tell(element, false)));
        steps.extend(wanted[same..].iter().map(|element| tell(element, true)));
    }
    Some(steps)
}

/// The elements of each list, in the order of the definition: those of DNS, then those of each address.
fn lists(network: &Definition) -> Vec<(Section, usize, Vec<String>)> {
    let document = network.document();
    let root = document.root_element();
    let text = |node: Node<'_, '_>| {
        let lines = network.text()[node.range()].lines().map(str::trim);
        lines.collect::<String>()
    };
    let elements = |of: Option<Node<'_, '_>>, name: &str| -> Vec<String> {
        let children = of.into_iter().flat_map(|of| of.children());
        children.filter(|child| child.has_tag_name(name)).map(text).collect()
    };
    let dns = child(root, "dns");
    let mut lists = vec![(Section::DnsHost, 0, elements(dns, "host"))];
    for (index, ip) in root.children().filter(|child| child.has_tag_name("ip")).enumerate() {
        let dhcp = child(ip, "dhcp");
        lists.push((Section::DhcpRange, index, elements(dhcp, "range")));
        lists.push((Section::DhcpHost, index, elements(dhcp, "host")));
    }
    lists
}

/// A network without what can be told to it, and without what is then empty.
fn without_hosts(network: &Definition) -> String {
    let is_told = |node: &Node<'_, '_>| {
        let parent = node.parent_element().map(|parent| parent.tag_name().name());
        matches!((parent, node.tag_name().name()), (Some("dns"), "host") | (Some("dhcp"), "range" | "host"))
    };
    network.without(|node| {
        let is_list = matches!(node.tag_name().name(), "dns" | "dhcp") && node.attributes().len() == 0;
        is_told(node) || is_list && node.children().filter(Node::is_element).all(|child| is_told(&child))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn told(old: &str, new: &str) -> Option<Vec<String>> {
        let network = |rest: &str| {
            let uuid = uuid::Uuid::from_u128(1);
            Definition::new(format!("<network><name>lan</name><uuid>{uuid}</uuid>{rest}</network>")).unwrap()
        };
        let word = |tell: Tell| {
            let verb = if tell.is_added { "add" } else { "delete" };
            format!("{verb} {} {} {}", tell.section.name(), tell.parent, tell.element)
        };
        difference(&network(old), &network(new)).map(|steps| steps.into_iter().map(word).collect())
    }

    #[test]
    fn hosts_and_ranges_are_told() {
        let ip = |dhcp: &str| format!("<ip address='10.0.0.1' prefix='24'>{dhcp}</ip>");
        let hosts = |hosts: &str| ip(&format!("<dhcp>\n<range start='1' end='9'/>{hosts}</dhcp>"));
        let (a, b) = ("<host name='a' ip='2'/>", "<host name='b' ip='3'/>");
        assert_eq!(told(&hosts(a), &hosts(a)).unwrap(), [""; 0]);
        assert_eq!(told(&hosts(a), &hosts(&format!("{a}{b}"))).unwrap(), [format!("add ip-dhcp-host 0 {b}")]);
        let swapped = told(&hosts(&format!("{a}{b}")), &hosts(&format!("{b}{a}"))).unwrap();
        let expected = [("delete", a), ("delete", b), ("add", b), ("add", a)];
        assert_eq!(swapped, expected.map(|(verb, host)| format!("{verb} ip-dhcp-host 0 {host}")));
        let two = format!("{}{}", ip(""), hosts(""));
        let other = two.replace("end='9'", "end='8'");
        let range = |end| format!("ip-dhcp-range 1 <range start='1' end='{end}'/>");
        assert_eq!(told(&two, &other).unwrap(), [format!("delete {}", range(9)), format!("add {}", range(8))]);
        let dns = "<dns><host ip='2'><hostname>a</hostname></host></dns>";
        let host = "dns-host 0 <host ip='2'><hostname>a</hostname></host>";
        assert_eq!(told("", dns).unwrap(), [format!("add {host}")]);
        assert_eq!(told(dns, "").unwrap(), [format!("delete {host}")]);
        assert_eq!(told("<mtu size='1'/>", "<mtu size='2'/>"), None);
        assert_eq!(told("<dns enable='no'/>", dns), None);
    }
}
