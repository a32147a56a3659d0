"""The second shape in which CloudTrail writes an EC2 call (AWS_FACTS 2.2).

Records are made in the lowerCamel shape; these functions turn one into `XxxRequest` and `XxxResponse`,
with the names of the query protocol, `{"tag": 1, "content": ..}` lists, `{"item": ..}` sets and "" for empty.
"""

import re
from typing import Any

from ami_lineage_local.sample.names import iso

Json = dict[str, Any]

_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
_NAMES = {
    "attributeType": "Attribute",
    "defaultVersion": "SetDefaultVersion",
    "blockDeviceMapping": "BlockDeviceMapping",
    "networkInterfaceSet": "NetworkInterface",
    "tagSet": "Tag",
    "tags": "Tag",
    "tagSpecificationSet": "TagSpecification",
    "zone": "AvailabilityZone",
}
# Lists of one id: the name of the list and the key of its members.
_ID_LISTS = {"resourcesSet": ("ResourceId", "resourceId"), "groupSet": ("SecurityGroupId", "groupId")}
# What a record shows although the API has no such parameter.
_NOT_IN_API = {("AttachVolume", "deleteOnTermination"), ("DeleteSnapshot", "force")}
_RESPONSE_NAMES = {"_return": "return", "zone": "availabilityZone"}
_TIMES = {"launchTime", "attachTime", "createTime", "startTime"}
_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]*")


def wrap_request(operation: str, parameters: Json) -> Json:
    """The request parameters in the wrapper shape."""
    return {f"{operation}Request": _members(operation, parameters)}


def wrap_response(operation: str, elements: Json) -> Json:
    """The response elements in the wrapper shape; times become ISO 8601 as in XML."""
    body: Json = {"xmlns": _NAMESPACE}
    body.update((_RESPONSE_NAMES.get(name, name), _reply(name, value)) for name, value in elements.items())
    return {f"{operation}Response": body}


def _members(operation: str, parameters: Json) -> Json:
    members: Json = {}
    for key, value in parameters.items():
        if value == {} or (operation, key) in _NOT_IN_API:
            continue
        if key == "instancesSet" and operation == "RunInstances":
            members.update(_members(operation, value["items"][0]))
        elif key == "instancesSet":
            members["InstanceId"] = _list(operation, [entry["instanceId"] for entry in value["items"]])
        elif key in _ID_LISTS:
            name, member = _ID_LISTS[key]
            members[name] = _list(operation, [entry[member] for entry in value["items"]])
        else:
            members[_NAMES.get(key) or key[0].upper() + key[1:]] = _parameter(operation, value)
    return members


def _parameter(operation: str, value: object) -> object:
    if isinstance(value, list):
        return _list(operation, value)
    if isinstance(value, dict):
        return _list(operation, value["items"]) if "items" in value else _members(operation, value)
    return _typed(value)


def _list(operation: str, values: list[Any]) -> object:
    tagged: list[Json] = [
        {**_members(operation, value), "tag": number}
        if isinstance(value, dict)
        else {"tag": number, "content": _typed(value)}
        for number, value in enumerate(values, start=1)
    ]
    return tagged[0] if len(tagged) == 1 else tagged


def _reply(name: str, value: object) -> object:
    if isinstance(value, dict):
        entries = value.get("items", value.get("item"))
        if entries is not None:
            replies = [_reply("", entry) for entry in entries]
            return {"item": replies[0] if len(replies) == 1 else replies}
        return {key: _reply(key, entry) for key, entry in value.items()} or ""
    if name in _TIMES and isinstance(value, int):
        return f"{iso(value // 1000)[:-1]}.{value % 1000:03d}Z"
    return _typed(value)


def _typed(value: object) -> object:
    """CloudTrail turns XML into JSON here, so text that looks like a boolean or a number loses its quotes."""
    if not isinstance(value, str):
        return value
    if value in ("true", "false"):
        return value == "true"
    return int(value) if _WHOLE_NUMBER.fullmatch(value) else value
