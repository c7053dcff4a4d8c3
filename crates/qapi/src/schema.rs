//! Introspection: what `query-qmp-schema` returns, collected from the types themselves.

use std::collections::HashSet;

use crate::visit::{Qapi, QapiObject};

crate::qapi_enum! {
    /// How a built-in type looks in JSON.
    pub enum JsonType {
        String = "string",
        Number = "number",
        Int = "int",
        Boolean = "boolean",
        Null = "null",
        Object = "object",
        Array = "array",
        Value = "value",
    }
}

crate::qapi_enum! {
    /// The kinds of entities in the introspection.
    pub enum SchemaMetaType {
        Builtin = "builtin",
        Enum = "enum",
        Array = "array",
        Object = "object",
        Alternate = "alternate",
        Command = "command",
        Event = "event",
    }
}

crate::qapi_struct! {
    /// A built-in type.
    pub struct SchemaInfoBuiltin {
        /// How it looks in JSON.
        "json-type" => json_type: JsonType,
    }
}

crate::qapi_struct! {
    /// An enumeration.
    pub struct SchemaInfoEnum {
        /// Its values.
        "values" => values: Vec<String>,
    }
}

crate::qapi_struct! {
    /// A list.
    pub struct SchemaInfoArray {
        /// The type of its elements.
        "element-type" => element_type: String,
    }
}

crate::qapi_struct! {
    /// A member of an object.
    pub struct SchemaInfoObjectMember {
        /// Its name.
        "name" => name: String,
        /// Its type.
        "type" => type_: String,
        /// `null` for a member that may be absent.
        "default" => default: Option<serde_json::Value>,
    }
}

crate::qapi_struct! {
    /// The members that one value of the tag adds.
    pub struct SchemaInfoObjectVariant {
        /// The tag's value.
        "case" => case: String,
        /// The object type that holds the members.
        "type" => type_: String,
    }
}

crate::qapi_struct! {
    /// An object.
    pub struct SchemaInfoObject {
        /// Its members, also the tag.
        "members" => members: Vec<SchemaInfoObjectMember>,
        /// The member that chooses among the variants.
        "tag" => tag: Option<String>,
        /// The variants of a union.
        "variants" => variants: Option<Vec<SchemaInfoObjectVariant>>,
    }
}

crate::qapi_struct! {
    /// One of the types an alternate may have.
    pub struct SchemaInfoAlternateMember {
        /// The type.
        "type" => type_: String,
    }
}

crate::qapi_struct! {
    /// A value of one of several types, told apart by its JSON form.
    pub struct SchemaInfoAlternate {
        /// The types.
        "members" => members: Vec<SchemaInfoAlternateMember>,
    }
}

crate::qapi_struct! {
    /// A command.
    pub struct SchemaInfoCommand {
        /// The object type of its arguments.
        "arg-type" => arg_type: String,
        /// The type of its result.
        "ret-type" => ret_type: String,
        /// Whether it may run out of band; absent means no.
        "allow-oob" => allow_oob: Option<bool>,
    }
}

crate::qapi_struct! {
    /// An event.
    pub struct SchemaInfoEvent {
        /// The object type of its data.
        "arg-type" => arg_type: String,
    }
}

crate::qapi_union! {
    /// One entity of the introspection.
    pub struct SchemaInfo by "meta-type": SchemaMetaType in meta: SchemaInfoMeta {
        /// The entity's name.
        "name" => name: String,
        ;
        "builtin" => Builtin(SchemaInfoBuiltin),
        "enum" => Enum(SchemaInfoEnum),
        "array" => Array(SchemaInfoArray),
        "object" => Object(SchemaInfoObject),
        "alternate" => Alternate(SchemaInfoAlternate),
        "command" => Command(SchemaInfoCommand),
        "event" => Event(SchemaInfoEvent),
    }
}

/// The introspection while it is being collected.
#[derive(Default)]
pub struct Schema {
    entities: Vec<SchemaInfo>,
    known: HashSet<String>,
}

impl Schema {
    /// All entities, commands and events first.
    pub fn into_entities(mut self) -> Vec<SchemaInfo> {
        self.entities.sort_by_key(|entity| match entity.meta {
            SchemaInfoMeta::Command(_) => 0,
            SchemaInfoMeta::Event(_) => 1,
            _ => 2,
        });
        self.entities
    }

    fn enter(&mut self, name: String, make: impl FnOnce(&mut Schema) -> SchemaInfoMeta) {
        if self.known.insert(name.clone()) {
            let meta = make(self);
            self.entities.push(SchemaInfo { name, meta });
        }
    }

    /// A built-in type; `json` is one of the values of [`JsonType`].
    pub fn builtin(&mut self, name: &str, json: &str) {
        let json_type = JsonType::from_name(json).unwrap_or(JsonType::Value);
        self.enter(name.to_string(), |_| SchemaInfoMeta::Builtin(SchemaInfoBuiltin { json_type }));
    }

    /// An enumeration.
    pub fn enumeration(&mut self, name: &str, values: &[&str]) {
        let values = values.iter().map(|v| v.to_string()).collect();
        self.enter(name.to_string(), |_| SchemaInfoMeta::Enum(SchemaInfoEnum { values }));
    }

    /// The list type of `T`.
    pub fn array<T: Qapi>(&mut self) {
        self.enter(format!("[{}]", T::type_name()), |schema| {
            T::define(schema);
            SchemaInfoMeta::Array(SchemaInfoArray { element_type: T::type_name() })
        });
    }

    /// An object with the given members: name, type, optional.
    pub fn object(&mut self, name: String, members: impl FnOnce(&mut Schema) -> Vec<(&'static str, String, bool)>) {
        self.enter(name, |schema| {
            let members = object_members(members(schema));
            SchemaInfoMeta::Object(SchemaInfoObject { members, tag: None, variants: None })
        });
    }

    /// A flat union: base members, tag, and for some of the tag's values an object type with more members.
    pub fn union(
        &mut self,
        name: &str,
        tag: &str,
        build: impl FnOnce(&mut Schema) -> (Vec<(&'static str, String, bool)>, Vec<(&'static str, String)>),
    ) {
        self.enter(name.to_string(), |schema| {
            let (members, variants) = build(schema);
            let variant = |(case, type_): (&str, String)| SchemaInfoObjectVariant { case: case.to_string(), type_ };
            SchemaInfoMeta::Object(SchemaInfoObject {
                members: object_members(members),
                tag: Some(tag.to_string()),
                variants: Some(variants.into_iter().map(variant).collect()),
            })
        });
    }

    /// A command with arguments `A` and result `R`.
    pub fn command<A: Qapi, R: Qapi>(&mut self, name: &str, allow_oob: bool) {
        self.enter(name.to_string(), |schema| {
            A::define(schema);
            R::define(schema);
            SchemaInfoMeta::Command(SchemaInfoCommand {
                arg_type: A::type_name(),
                ret_type: R::type_name(),
                allow_oob: allow_oob.then_some(true),
            })
        });
    }

    /// An event with data `D`.
    pub fn event<D: Qapi>(&mut self, name: &str) {
        self.enter(name.to_string(), |schema| {
            D::define(schema);
            SchemaInfoMeta::Event(SchemaInfoEvent { arg_type: D::type_name() })
        });
    }

    /// The members of `T` for an object or union that holds them flat.
    pub fn members_of<T: QapiObject>(&mut self) -> Vec<(&'static str, String, bool)> {
        T::members(self)
    }
}

fn object_members(members: Vec<(&'static str, String, bool)>) -> Vec<SchemaInfoObjectMember> {
    let member = |(name, type_, optional): (&str, String, bool)| SchemaInfoObjectMember {
        name: name.to_string(),
        type_,
        default: optional.then_some(serde_json::Value::Null),
    };
    members.into_iter().map(member).collect()
}
