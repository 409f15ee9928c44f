//! Body sites: DICOM CID 4029 (Dermatology Anatomic Site, PS3.16), 207 concepts, with Norwegian names.
//!
//! `system` is DICOM's coding scheme designator (SCT, FMA, DCM). DICOM-conformant software may use the SNOMED CT codes that
//! DICOM prints free of charge. English names are DICOM's; the Norwegian ones were written for this project, in the plain
//! words that an office searches by. CID 4029 has no site of its own for the shoulder: the whole arm names it.

use serde::Serialize;
use std::sync::LazyLock;

const DATA: &str = include_str!("../data/body_sites.csv");

/// One site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BodySite {
    /// Code in its system.
    pub code: String,
    /// SCT, FMA or DCM.
    pub system: String,
    /// English name, as DICOM prints it.
    pub en: String,
    /// Norwegian (bokmål) name.
    pub nb: String,
}

/// All sites.
pub fn all() -> &'static [BodySite] {
    static ALL: LazyLock<Vec<BodySite>> = LazyLock::new(|| DATA.lines().skip(1).filter_map(row).collect());
    &ALL
}

/// The site of a code.
pub fn find(system: &str, code: &str) -> Option<&'static BodySite> {
    all().iter().find(|site| site.code == code && site.system == system)
}

/// Whether the list has this code.
pub fn is_known(system: &str, code: &str) -> bool {
    find(system, code).is_some()
}

fn row(line: &str) -> Option<BodySite> {
    let mut fields = fields(line).into_iter();
    Some(BodySite { code: fields.next()?, system: fields.next()?, en: fields.next()?, nb: fields.next()? })
}

/// Fields of one line; a field with a comma stands in quotation marks (the file has no quotation mark inside a field).
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => {
                if let Some(field) = fields.last_mut() {
                    field.push(c);
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_list_is_whole() {
        assert_eq!(all().len(), 207);
        let codes: HashSet<_> = all().iter().map(|site| (&site.system, &site.code)).collect();
        assert_eq!(codes.len(), 207, "every code once");
        for site in all() {
            assert!(["SCT", "FMA", "DCM"].contains(&site.system.as_str()), "{site:?}");
            assert!(site.code.bytes().all(|byte| byte.is_ascii_digit()), "{site:?}");
            assert!(!site.en.is_empty() && !site.nb.is_empty(), "{site:?}");
        }
        let names: HashSet<_> = all().iter().map(|site| &site.nb).collect();
        assert_eq!(names.len(), 207, "no two sites look alike in a list");
    }

    #[test]
    fn known_sites_are_found_in_their_system_only() {
        assert!(is_known("SCT", "68698007"));
        assert!(!is_known("FMA", "68698007"));
        let forehead = all().iter().find(|site| site.code == "68698007").unwrap();
        assert_eq!((forehead.en.as_str(), forehead.nb.as_str()), ("Skin of forehead", "Panne"));
    }
}
