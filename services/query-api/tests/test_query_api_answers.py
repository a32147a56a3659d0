async def test_smoke(client, site):
    for path in ["/health/live","/health/ready","/api/v1/ami/us-east-1/ami-0b1000000000golden/lineage?include=instances,snapshots","/api/v1/overview","/api/v1/generations","/api/v1/coverage","/openapi.json","/docs","/","/images","/metrics","/api/v1/ami/ami-0b1000000000golden/history","/api/v1/ami/ami-0b1000000000golden/security-context?include_compliance=true","/images/image/aws/us-east-1/ami-0b1000000000golden","/login"]:
        r = await client.get(path)
        print(path, r.status_code, r.headers["content-type"], r.text[:600])
