//! The sheet: every practice, and a record of its export.

use crate::house::House;
use crate::programme::programme;
use kit::testing::DEPLOYMENTS;

#[tokio::test]
async fn the_sheet_has_every_practice_and_its_export_is_recorded() {
    for deployment in DEPLOYMENTS {
        let house = House::build(deployment).await;
        programme(&house).await;
        let (person, manager) = house.person("programme-manager").await;
        let reply = house.get(&manager, "/practices.csv?from=2026-01").await.expect(200);
        assert_eq!(reply.headers["content-type"].to_str().unwrap(), "text/csv; charset=utf-8");
        assert!(reply.headers["content-disposition"].to_str().unwrap().contains("practices-2026-01-2026-03.csv"));
        let text = String::from_utf8(reply.bytes).unwrap();
        assert!(text.starts_with('\u{feff}'));
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 6);
        assert!(
            lines[0].starts_with("id,name,")
                && lines[0].ends_with(",test_use,uses_ever,state,next_step,next_step_days,closed_on,trial_arm,view_overrides,2026-01,2026-02,2026-03")
        );
        assert!(lines[1].contains(",'=Dal,"), "{}", lines[1]);
        assert!(lines[2].ends_with(",3,11,2,16.00,2,1,3,user,,2,,,0,1,1,1"), "{}", lines[2]);
        assert!(
            lines[4].contains("Ås") && lines[4].ends_with(",0,0,0,,10,0,0,never-used,connection,10,,,0,0,0,0"),
            "{}",
            lines[4]
        );
        let sql = "select what from audit_access where person = $1 and action = 'export'";
        let exports: Vec<(String,)> = house.ctx().audit.db().q(sql).bind(person).all().await.unwrap();
        assert_eq!(exports, [("uptake practices csv".to_owned(),)]);
        // Filtered as the screen is.
        let reply = house.get(&manager, "/practices.csv?show=silent&search=b%C3%B8").await.expect(200);
        let text = String::from_utf8(reply.bytes).unwrap();
        assert_eq!(text.lines().count(), 1, "Bø used it 64 days ago: it is in use");
        let reply = house.get(&manager, "/practices.csv?show=users&search=b%C3%B8").await.expect(200);
        assert_eq!(String::from_utf8(reply.bytes).unwrap().lines().count(), 2);
        house.get(&manager, "/practices.csv?show=everybody").await.expect(422);
        house.world.stop().await;
    }
}
