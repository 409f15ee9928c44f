use super::*;

#[test]
fn turns_add_up() {
    use Turn::{MirrorSides, MirrorTop, Rotate};
    let cases: [(&[Turn], Orientation); 9] = [
        (&[], Orientation::NoTransforms),
        (&[MirrorSides], Orientation::FlipHorizontal),
        (&[MirrorTop], Orientation::FlipVertical),
        (&[Rotate(2)], Orientation::Rotate180),
        (&[Rotate(3)], Orientation::Rotate90),
        (&[Rotate(1)], Orientation::Rotate270),
        (&[Rotate(3), MirrorSides], Orientation::Rotate90FlipH),
        (&[Rotate(1), MirrorSides], Orientation::Rotate270FlipH),
        (&[Rotate(1), MirrorTop, Rotate(1), MirrorSides], Orientation::Rotate180),
    ];
    for (turns, expected) in cases {
        assert_eq!(upright(turns), expected, "{turns:?}");
    }
}

#[test]
fn levels_of_television_are_spread() {
    let levels = Levels::new(8, false);
    assert_eq!([levels.luma[0], levels.luma[16], levels.luma[235], levels.luma[255]], [0, 0, 255, 255]);
    assert_eq!([levels.chroma[16], levels.chroma[128], levels.chroma[240]], [1, 128, 255]);
    let deep = Levels::new(10, true);
    assert_eq!([deep.luma[0], deep.luma[1023], deep.chroma[512]], [0, 255, 128]);
}

#[test]
fn another_matrix_leads_to_the_same_colours() {
    // Pure red in Rec. 709 and in Rec. 601.
    let mut view = blank(2, 2, true);
    view.luma.data.fill(54);
    let [blue, red] = view.chroma.as_mut().unwrap();
    (blue.data[0], red.data[0]) = (99, 255);
    to_jfif(&mut view, 1).unwrap();
    let pixel = view.to_rgb().get_pixel(0, 0).0;
    assert!(pixel[0] > 250 && pixel[1] < 4 && pixel[2] < 4, "{pixel:?}");
    assert!(to_jfif(&mut view, 0).is_err());
}
