"""The decks from which a tree draws, so that every case occurs before any occurs twice more."""

from collections.abc import Callable

from ami_lineage_local.sample.cloud.stage import Stage
from ami_lineage_local.sample.scenarios import baking, fleet, gaps, governance, registering, swapping
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image

Scenario = Callable[[Stage, Tree], Work[None]]
Treatment = Callable[[Stage, Tree, Image], Work[None]]

COMMON: tuple[Scenario, ...] = (
    *[baking.bake_application] * 5,
    baking.copy_region,
    baking.copy_account,
)
UNUSUAL: tuple[Scenario, ...] = (
    baking.bake_without_device_name,
    baking.copy_public,
    registering.register_one_volume,
    registering.register_volumes_of_two_images,
    registering.register_root_and_blank_volume,
    registering.register_unproven_volumes,
    registering.register_attached_root,
    registering.register_attached_unseen_volume,
    registering.register_data_volume,
    registering.register_copied_snapshot,
    registering.register_blank_volume,
    registering.register_bare_snapshot,
    registering.register_unseen_snapshot,
    registering.register_hidden_snapshot,
    registering.register_volume_of_unseen_snapshot,
    registering.register_from_manifest,
    swapping.swap_found,
    swapping.swap_without_device_name,
    swapping.swap_blank,
    swapping.swap_unseen_volume,
    swapping.swap_unseen_snapshot,
    swapping.register_before_swap,
    gaps.create_from_unseen_launch,
    gaps.create_from_hollow_launch,
    gaps.register_from_unseen_launch,
    gaps.hollow_create,
    gaps.hollow_copy,
    gaps.hollow_register,
)
TREATMENTS: tuple[Treatment, ...] = (
    governance.make_public,
    governance.make_public_by_mistake,
    governance.share_outside,
    governance.share_with_unit,
    governance.retag,
    governance.redescribe,
    governance.retire_in_use,
    governance.retire,
)
FLEETS: tuple[Treatment, ...] = (fleet.scaling_group, fleet.servers_by_hand)
