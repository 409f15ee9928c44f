//! The network as GraphML (graphml.graphdrawing.org): a node per practice and specialist, an edge per pair and quarter.

use super::network::Tables;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::collections::BTreeSet;
use std::io::Result;

/// Id, of what, name and type of each attribute.
const KEYS: [[&str; 4]; 4] = [
    ["side", "node", "side", "string"],
    ["code", "node", "code", "string"],
    ["quarter", "edge", "quarter", "string"],
    ["weight", "edge", "weight", "double"],
];

/// The file; the ids of nodes begin with their side, so that the two never share one.
///
/// # Errors
/// None: it is written to memory.
pub fn graphml(tables: &Tables) -> Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = writer.create_element("graphml").with_attribute(("xmlns", "http://graphml.graphdrawing.org/xmlns"));
    root.write_inner_content(|writer| {
        for [id, of, name, kind] in KEYS {
            let key = [("id", id), ("for", of), ("attr.name", name), ("attr.type", kind)];
            writer.create_element("key").with_attributes(key).write_empty()?;
        }
        let graph = writer.create_element("graph").with_attributes([("id", "network"), ("edgedefault", "undirected")]);
        graph.write_inner_content(|writer| graph_of(writer, tables))?;
        Ok(())
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn graph_of(writer: &mut Writer<Vec<u8>>, tables: &Tables) -> Result<()> {
    let nodes: BTreeSet<(&str, &str)> = tables.nodes.rows.iter().filter_map(|row| side_and_code(row)).collect();
    for (side, code) in nodes {
        let node = writer.create_element("node").with_attribute(("id", id(side, code).as_str()));
        node.write_inner_content(|writer| {
            datum(writer, "side", side)?;
            datum(writer, "code", code)
        })?;
    }
    for row in &tables.edges.rows {
        let [quarter, practice, specialist, referrals] = row.as_slice() else { continue };
        let ends = [id("practice", practice), id("specialist", specialist)];
        let edge = writer.create_element("edge");
        let edge = edge.with_attributes([("source", ends[0].as_str()), ("target", ends[1].as_str())]);
        edge.write_inner_content(|writer| {
            datum(writer, "quarter", quarter)?;
            datum(writer, "weight", referrals)
        })?;
    }
    Ok(())
}

fn side_and_code(row: &[String]) -> Option<(&str, &str)> {
    Some((row.get(2)?.as_str(), row.get(1)?.as_str()))
}

fn id(side: &str, code: &str) -> String {
    format!("{side}.{code}")
}

fn datum(writer: &mut Writer<Vec<u8>>, key: &str, text: &str) -> Result<()> {
    writer.create_element("data").with_attribute(("key", key)).write_text_content(BytesText::new(text))?;
    Ok(())
}
