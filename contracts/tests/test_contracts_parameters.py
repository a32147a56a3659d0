import pytest

from ami_lineage_contracts.parameters import ParameterName, parse_parameter_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("golden", ParameterName(name="golden")),
        ("/golden/web", ParameterName(name="/golden/web")),
        ("/golden/web:7", ParameterName(name="/golden/web", selector="7")),
        ("golden:prod", ParameterName(name="golden", selector="prod")),
        (
            "arn:aws-cn:ssm:cn-north-1:111122223333:parameter/golden/web:prod",
            ParameterName(
                name="/golden/web", selector="prod", region="cn-north-1", account_id="111122223333"
            ),
        ),
        (
            "arn:aws:ssm:us-east-1:111122223333:parameter/golden",
            ParameterName(name="golden", region="us-east-1", account_id="111122223333"),
        ),
        ("arn:aws:s3:::bucket", ParameterName(name="arn", selector="aws:s3:::bucket")),
        ("", ParameterName(name="")),
    ],
)
def test_a_parameter_is_named_plainly_or_by_arn(text: str, expected: ParameterName) -> None:
    assert parse_parameter_name(text) == expected


def test_a_parameter_named_by_arn_has_the_stream_of_its_own_account_and_region() -> None:
    plain = parse_parameter_name("/golden/web")
    arn = parse_parameter_name("arn:aws:ssm:eu-west-1:444455556666:parameter/golden/web:3")

    assert plain.to_stream("aws", "us-east-1", "111122223333") == (
        "parameter/aws/us-east-1/111122223333/%2Fgolden%2Fweb"
    )
    assert arn.to_stream("aws", "us-east-1", "111122223333") == (
        "parameter/aws/eu-west-1/444455556666/%2Fgolden%2Fweb"
    )
