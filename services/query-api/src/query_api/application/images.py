"""Finding the image that a caller names."""

from graph_store.models import Vertex
from query_api.application.ports import GraphReader
from query_api.domain.names import parse_image_name
from query_api.errors import AmbiguousImageError, ImageNotFoundError


class ImageFinder:
    """From a name to the vertex of one image."""

    def __init__(self, graph: GraphReader) -> None:
        self._graph = graph

    async def get_image(self, name: str) -> Vertex:
        """The one image of this name.

        Raises:
            InvalidRequestError: the text names no image.
            ImageNotFoundError: no event names it.
            AmbiguousImageError: it is known in several Regions or partitions.
        """
        parsed = parse_image_name(name)
        if parsed.stream_id is not None:
            found = await self._graph.find_vertices([parsed.stream_id])
            if parsed.stream_id not in found:
                raise ImageNotFoundError(name)
            return found[parsed.stream_id]
        images = [
            image
            for image in await self._graph.find_images(parsed.image_id)
            if parsed.region is None or image.properties.get("region") == parsed.region
        ]
        if not images:
            raise ImageNotFoundError(name)
        if len(images) > 1:
            raise AmbiguousImageError(name, tuple(sorted(image.id for image in images)))
        return images[0]
