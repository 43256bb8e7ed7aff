//! The anchors of a source file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sweatbox_fuzz::anchors(data));
