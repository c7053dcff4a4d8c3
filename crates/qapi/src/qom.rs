//! The object tree, devices and objects made by the user.

use crate::{Error, Map, Path, Qapi, Schema, Value, qapi_struct};

qapi_struct! {
    /// A property of an object.
    pub struct ObjectPropertyInfo {
        /// Its name.
        "name" => name: String,
        /// Its type; `child<T>` and `link<T>` lead to other objects.
        "type" => type_: String,
        /// What it is for.
        "description" => description: Option<String>,
    }
}

qapi_struct! {
    /// Arguments of `qom-list`.
    pub struct QomListArguments {
        /// Path of the object.
        "path" => path: String,
    }
}

qapi_struct! {
    /// Arguments of `qom-get`.
    pub struct QomGetArguments {
        /// Path of the object.
        "path" => path: String,
        /// Name of the property.
        "property" => property: String,
    }
}

qapi_struct! {
    /// Arguments of `qom-set`.
    pub struct QomSetArguments {
        /// Path of the object.
        "path" => path: String,
        /// Name of the property.
        "property" => property: String,
        /// The new value.
        "value" => value: Value,
    }
}

qapi_struct! {
    /// A type of objects.
    pub struct ObjectTypeInfo {
        /// Its name.
        "name" => name: String,
        /// Whether no object can be made of it; absent means no.
        "abstract" => abstract_: Option<bool>,
        /// The type it derives from.
        "parent" => parent: Option<String>,
    }
}

qapi_struct! {
    /// Arguments of `qom-list-types`.
    pub struct QomListTypesArguments {
        /// Only types that derive from this one.
        "implements" => implements: Option<String>,
        /// Also abstract types.
        "abstract" => abstract_: Option<bool>,
    }
}

qapi_struct! {
    /// Arguments of `qom-list-properties` and `device-list-properties`.
    pub struct TypenameArguments {
        /// Name of the type.
        "typename" => typename: String,
    }
}

qapi_struct! {
    /// Arguments of `device_del` and `object-del`.
    pub struct IdArguments {
        /// The id, or for devices the path.
        "id" => id: String,
    }
}

/// Arguments of `device_add`: `driver`, perhaps `id` and `bus`, and any property of the device.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct DeviceAddArguments(pub Map<String, Value>);

impl Qapi for DeviceAddArguments {
    fn type_name() -> String {
        "DeviceAddArguments".to_string()
    }

    fn define(schema: &mut Schema) {
        String::define(schema);
        let text = |name, optional| (name, String::type_name(), optional);
        schema.object(Self::type_name(), |_| vec![text("driver", false), text("bus", true), text("id", true)]);
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        let map = value.as_object().ok_or_else(|| Error::wrong_type(path, "object"))?;
        Ok(DeviceAddArguments(map.clone()))
    }
}

/// Arguments of `object-add`: type, id and properties.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ObjectAddArguments {
    /// The object's type.
    pub qom_type: String,
    /// Its name below `/objects`.
    pub id: String,
    /// Its properties.
    pub props: Map<String, Value>,
}

impl Qapi for ObjectAddArguments {
    fn type_name() -> String {
        "ObjectAddArguments".to_string()
    }

    fn define(schema: &mut Schema) {
        String::define(schema);
        Value::define(schema);
        schema.object(Self::type_name(), |_| {
            vec![
                ("qom-type", String::type_name(), false),
                ("id", String::type_name(), false),
                ("props", Value::type_name(), true),
            ]
        });
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        let mut members = crate::Members::of(value, path)?;
        let (qom_type, id) = (members.take("qom-type")?, members.take("id")?);
        let props: Option<Value> = members.take("props")?;
        members.finish()?;
        let props = match props {
            None => Map::new(),
            Some(Value::Object(map)) => map,
            Some(_) => return Err(Error::wrong_type("props", "dict")),
        };
        Ok(ObjectAddArguments { qom_type, id, props })
    }
}
