//! Pictures through the real decoding child and through the strip: exact where they are sound, refused where they are not.

mod colours;
mod heic;
mod hostile;
mod strip;
mod tiles;
mod upright;
