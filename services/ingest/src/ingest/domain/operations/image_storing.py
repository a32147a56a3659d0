"""Images that are stored in S3 and restored from there: the way between partitions (AWS_FACTS 1.1)."""

from ami_lineage_contracts.events.external import StoredObjectWritten
from ami_lineage_contracts.events.image import ImageRestored, ImageStored
from ami_lineage_contracts.stream_ids import stored_object_stream
from ingest.domain.call import Call, Fact, find_id, find_name, fit_stream, read_tag_specifications


def create_store_image_task(call: Call) -> list[Fact]:
    """CreateStoreImageTask: on the image, and on the object that will hold it.

    EC2 names the object after the image, ``ami-0abc.bin``; that stands in where the answer is omitted.
    """
    image_id = find_id("image", call.request, "imageId")
    if image_id is None:
        return []
    bucket = find_name(call.request, "bucket")
    key = find_name(call.response, "objectKey") or f"{image_id}.bin"
    stored = ImageStored(incomplete=bucket is None, bucket=bucket, object_key=key)
    facts = [Fact("image.stored", call.stream("image", image_id), stored)]
    stream_id = fit_stream(stored_object_stream(call.partition, bucket, key)) if bucket is not None else None
    if stream_id is not None:
        written = StoredObjectWritten(image_id=image_id, region=call.region)
        facts.append(Fact("stored_object.written", stream_id, written, image_id))
    return facts


def create_restore_image_task(call: Call) -> list[Fact]:
    """CreateRestoreImageTask: the image comes from an object, perhaps of another partition."""
    image_id = find_id("image", call.response, "imageId")
    if image_id is None:
        return []
    bucket, key = find_name(call.request, "bucket"), find_name(call.request, "objectKey")
    restored = ImageRestored(
        incomplete=bucket is None or key is None,
        owner_account_id=call.account_id,
        name=call.request.wording("name"),
        bucket=bucket,
        object_key=key,
        tags=read_tag_specifications(call.request, "image"),
    )
    return [Fact("image.restored", call.stream("image", image_id), restored)]
