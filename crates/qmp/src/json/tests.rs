//! The tables of inputs and errors that clients have seen of QEMU 4.2, and that nothing makes the reader stumble for good.

use proptest::prelude::*;
use qapi::json;

use super::writer::{Style, message};
use super::*;

/// What comes out for `input`: values printed, errors without their common prefix.
fn read(input: &[u8]) -> Vec<String> {
    let mut reader = Reader::default();
    reader.feed(input);
    std::iter::from_fn(|| reader.next_message())
        .map(|m| match m {
            Ok(value) => message(&value, Style::Compact).trim_end().to_string(),
            Err(e) => e.to_string().replace("JSON parse error, ", "E "),
        })
        .collect()
}

#[test]
fn errors_have_the_words_clients_know() {
    let table: &[(&[u8], &[&str])] = &[
        (b"@\n", &["E stray '@'"]),
        (b"N\n", &["E stray 'N'"]),
        (b"\xff", &["E stray '\u{fffd}'"]),
        (b"01 ", &["E stray '01'"]),
        (b"{\"a\": 1.}", &["E stray '1.}'"]),
        (b"-}", &["E stray '-}'"]),
        (b"{\"abc\n", &["E stray '\"abc\n'"]),
        (b"'\n", &["E stray ''\n'"]),
        (b"TRUE\n", &["E stray 'T'"]),
        (b"foo\n", &["E invalid keyword 'foo'"]),
        (b"{\"a\" 1}", &["E missing : in object pair"]),
        (b"{\"a\"}", &["E missing : in object pair"]),
        (b"{1:2}", &["E key is not a string in object"]),
        (b"{\"a\":}", &["E expecting value"]),
        (b"[1,]", &["E expecting value"]),
        (b"{\"a\":1,}", &["E expecting value"]),
        (b"]", &["E expecting value"]),
        (b"}", &["E expecting value"]),
        (b":,", &["E expecting value", "E expecting value"]),
        (b"{\"a\":1 \"b\":2}", &["E expected separator in dict"]),
        (b"[1 2]", &["E expected separator in list"]),
        (b"{\"a\":1,\"a\":2}", &["E duplicate key"]),
        (b"\"\\x\"", &["E invalid escape sequence in string"]),
        (b"\"\\ud800\"", &["E \\ud800 is not a valid Unicode character"]),
        (b"\"\\u12\"", &["E \\u12\" is not a valid Unicode character"]),
        (b"'\\u1x345'", &["E \\u1x34 is not a valid Unicode character"]),
        (b"\"\\uffff\"", &["E \\uffff is not a valid Unicode character"]),
        (b"\"\xc3(\"", &["E invalid UTF-8 sequence in string"]),
        (b"\"\xed\xa0\x80\"", &["E invalid UTF-8 sequence in string"]),
        (b"{\"execute\":\"query-n\xff\"}", &["E stray '\"query-n\u{fffd}'", "E expecting value"]),
        (b" \t\r\n", &[]),
    ];
    for (input, want) in table {
        assert_eq!(read(input), *want, "{}", input.escape_ascii());
    }
}

#[test]
fn values_travel() {
    let table: &[(&[u8], &str)] = &[
        (b"'it\\'s'", "\"it's\""),
        (b"\"\xc0\x80\\u0000\"", "\"\\u0000\\u0000\""),
        (b"\"\\uD83D\\uDE00\x7f\xc3\xa9/\"", "\"\\uD83D\\uDE00\\u007F\\u00E9/\""),
        (b"18446744073709551615 ", "18446744073709551615"),
        (b"-9223372036854775808 ", "-9223372036854775808"),
        (b"123456789012345678901234567890 ", "123456789012345677877719597056"),
        (b"-0 ", "0"),
        (b"-0.0 ", "-0"),
        (b"1.0 ", "1"),
        (b"1e5 ", "100000"),
        (b"0.1 ", "0.1"),
        (b"1e-999 ", "0"),
        (b"1e20 ", "100000000000000000000"),
        (b"[1,{},[],true,false,null]", "[1, {}, [], true, false, null]"),
    ];
    for (input, want) in table {
        assert_eq!(read(input), [*want], "{}", input.escape_ascii());
    }
    assert!(read(b"1e999 ")[0].starts_with("17976931348623157"), "no infinity");
}

#[test]
fn a_number_ends_where_the_next_token_begins() {
    assert_eq!(read(b"[1,2]3{\"a\":4}"), ["[1, 2]", "3", "{\"a\": 4}"]);
}

#[test]
fn members_come_in_hash_order() {
    let keys = |text: &str| -> Vec<String> {
        let map = text.split(' ').map(|key| (key.to_string(), Value::Null)).collect();
        writer::ordered(&map).into_iter().map(|(key, _)| key.clone()).collect()
    };
    for order in [
        "return id",
        "id error",
        "class desc",
        "QMP",
        "version capabilities",
        "qemu package",
        "micro minor major",
        "timestamp event data",
        "seconds microseconds",
        "PC arch current props npc CPU nip qom_path halted thread_id",
        "current props CPU qom_path pc halted thread_id",
        "arch thread-id props cpu-state qom-path cpu-index target",
        "core-id thread-id node-id die-id socket-id",
        "props vcpus-count qom-path type",
        "hotpluggable-cpus name numa-mem-supported default-cpu-type is-default cpu-max deprecated alias",
        "cpuid-register cpuid-input-eax cpuid-input-ecx features",
        "prealloc host-nodes size merge dump policy id",
        "status singlestep running",
        "enabled present",
    ] {
        // Where two fall into one bucket the schema's order counts, which is the reverse.
        let given: Vec<&str> = order.split(' ').rev().collect();
        assert_eq!(keys(&given.join(" ")).join(" "), order);
    }
}

#[test]
fn pretty_style_indents_by_four() {
    assert_eq!(message(&json!({"return": {}}), Style::Pretty), "{\r\n    \"return\": {\r\n    }\r\n}\r\n");
    assert_eq!(message(&json!([1, 2]), Style::Pretty), "[\r\n    1,\r\n    2\r\n]\r\n");
}

#[test]
fn depth_is_limited_and_the_tail_makes_a_flood() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert_eq!(read(deep(1024).as_bytes()).len(), 1);
    let out = read(deep(1025).as_bytes());
    assert_eq!(out[0], "JSON nesting depth limit exceeded");
    assert_eq!(out.len(), 1 + 1025);
    assert!(out[1..].iter().all(|e| e == "E expecting value"));
}

#[test]
fn size_is_limited() {
    let mut reader = Reader::default();
    reader.feed(b"\"");
    let chunk = [b'a'; 1 << 16];
    for _ in 0..(TOKEN_BYTES_MAX >> 16) + 1 {
        reader.feed(&chunk);
    }
    assert_eq!(reader.next_message(), Some(Err(JsonError("JSON token size limit exceeded".into()))));
    reader.feed(b"\n{}");
    let last = std::iter::from_fn(|| reader.next_message()).last();
    assert_eq!(last, Some(Ok(json!({}))));
}

/// A value without floats, which do not travel exactly.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "[^\u{fdd0}-\u{fdef}\u{fffe}\u{ffff}\u{1fffe}-\u{10ffff}]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z-]{0,6}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn garbage_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut reader = Reader::default();
        reader.feed(&bytes);
        // 0xFF makes one error whatever came before; then all is well again.
        reader.feed(b"\xff{\"execute\": \"x\"}");
        let last = std::iter::from_fn(|| reader.next_message()).last();
        prop_assert_eq!(last, Some(Ok(json!({"execute": "x"}))));
    }

    #[test]
    fn what_is_written_is_read_again(value in value(), cut in 0usize..50, pretty: bool) {
        let style = if pretty { Style::Pretty } else { Style::Compact };
        let text = message(&value, style);
        let mut reader = Reader::default();
        let cut = cut.min(text.len());
        reader.feed(&text.as_bytes()[..cut]);
        reader.feed(&text.as_bytes()[cut..]);
        prop_assert_eq!(reader.next_message(), Some(Ok(value)));
        prop_assert_eq!(reader.next_message(), None);
    }
}
