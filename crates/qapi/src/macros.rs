//! The declarations: a type is written down once and yields its Rust form, its visitor and its introspection.

/// An enumeration whose values travel as strings.
#[macro_export]
macro_rules! qapi_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, $crate::serde::Serialize, $crate::serde::Deserialize)]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`")]
                $(#[$vmeta])*
                #[serde(rename = $text)]
                $variant,
            )+
        }

        impl $name {
            /// All values, in the schema's order.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The value as it travels.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// The value of that name.
            pub fn from_name(name: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl $crate::Qapi for $name {
            fn type_name() -> String {
                stringify!($name).to_string()
            }

            fn define(schema: &mut $crate::Schema) {
                schema.enumeration(stringify!($name), &[$($text),+]);
            }

            fn visit(value: &$crate::Value, path: &$crate::Path<'_>) -> Result<Self, $crate::Error> {
                let text = value.as_str().ok_or_else(|| $crate::Error::wrong_type(path, "string"))?;
                Self::from_name(text).ok_or_else(|| $crate::Error::generic(format!("Invalid parameter '{text}'")))
            }
        }
    };
}

/// An object type. Members of type `Option` may be absent.
#[macro_export]
macro_rules! qapi_struct {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* $json:literal => $field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug, $crate::serde::Serialize, $crate::serde::Deserialize)]
        pub struct $name {
            $(
                $(#[$fmeta])*
                #[serde(rename = $json, skip_serializing_if = "qapi::Qapi::is_absent")]
                pub $field: $ty,
            )*
        }


        impl $crate::Qapi for $name {
            fn type_name() -> String {
                stringify!($name).to_string()
            }

            fn define(schema: &mut $crate::Schema) {
                schema.object(stringify!($name).to_string(), <$name as $crate::QapiObject>::members);
            }

            fn visit(value: &$crate::Value, path: &$crate::Path<'_>) -> Result<Self, $crate::Error> {
                let mut members = $crate::Members::of(value, path)?;
                let this = <$name as $crate::QapiObject>::visit_members(&mut members)?;
                members.finish()?;
                Ok(this)
            }
        }

        impl $crate::QapiObject for $name {
            fn visit_members(members: &mut $crate::Members<'_>) -> Result<Self, $crate::Error> {
                Ok($name { $($field: members.take($json)?,)* })
            }

            fn members(schema: &mut $crate::Schema) -> Vec<(&'static str, String, bool)> {
                $(<$ty as $crate::Qapi>::define(schema);)*
                vec![$(($json, <$ty as $crate::Qapi>::type_name(), <$ty as $crate::Qapi>::OPTIONAL),)*]
            }
        }
    };
}

/// A flat union: base members, then for each value of the tag an object type whose members stand beside them, or nothing.
#[macro_export]
macro_rules! qapi_union {
    ($(#[$meta:meta])* pub struct $name:ident by $tag:literal: $tag_ty:ident in $field:ident: $variants:ident {
        $($(#[$bmeta:meta])* $bjson:literal => $bfield:ident: $bty:ty,)*
        ;
        $($case:literal => $variant:ident $(($vty:ident))?,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug, $crate::serde::Serialize, $crate::serde::Deserialize)]
        pub struct $name {
            $(
                $(#[$bmeta])*
                #[serde(rename = $bjson, skip_serializing_if = "qapi::Qapi::is_absent")]
                pub $bfield: $bty,
            )*
            #[doc = concat!("The member `", $tag, "` and what its value adds.")]
            #[serde(flatten)]
            pub $field: $variants,
        }

        #[doc = concat!("What the values of `", $tag, "` add to [`", stringify!($name), "`].")]
        #[derive(Clone, PartialEq, Debug, $crate::serde::Serialize, $crate::serde::Deserialize)]
        #[serde(tag = $tag)]
        pub enum $variants {
            $(
                #[doc = concat!("`", $case, "`")]
                #[serde(rename = $case)]
                $variant $(($vty))?,
            )+
        }

        impl $crate::Qapi for $name {
            fn type_name() -> String {
                stringify!($name).to_string()
            }

            fn define(schema: &mut $crate::Schema) {
                schema.union(stringify!($name), $tag, |schema| {
                    $(<$bty as $crate::Qapi>::define(schema);)*
                    <$tag_ty as $crate::Qapi>::define(schema);
                    <$crate::Empty as $crate::Qapi>::define(schema);
                    $($(<$vty as $crate::Qapi>::define(schema);)?)+
                    let members = vec![
                        $(($bjson, <$bty as $crate::Qapi>::type_name(), <$bty as $crate::Qapi>::OPTIONAL),)*
                        ($tag, <$tag_ty as $crate::Qapi>::type_name(), false),
                    ];
                    let variants = vec![$(($case, $crate::qapi_union!(@type $($vty)?)),)+];
                    (members, variants)
                });
            }

            fn visit(value: &$crate::Value, path: &$crate::Path<'_>) -> Result<Self, $crate::Error> {
                let mut members = $crate::Members::of(value, path)?;
                $(let $bfield = members.take($bjson)?;)*
                let tag: $tag_ty = members.take($tag)?;
                let $field = match tag {
                    $($tag_ty::$variant => $crate::qapi_union!(@visit members $variants $variant $($vty)?),)+
                };
                members.finish()?;
                Ok($name { $($bfield,)* $field })
            }
        }
    };
    (@type) => { <$crate::Empty as $crate::Qapi>::type_name() };
    (@type $vty:ident) => { <$vty as $crate::Qapi>::type_name() };
    (@visit $members:ident $variants:ident $variant:ident) => { $variants::$variant };
    (@visit $members:ident $variants:ident $variant:ident $vty:ident) => {
        $variants::$variant(<$vty as $crate::QapiObject>::visit_members(&mut $members)?)
    };
}
