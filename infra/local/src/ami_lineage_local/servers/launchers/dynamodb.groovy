// DynamoDB Local has no option for the address it binds to: this forces loopback (LOCAL_STACK 2).
import software.amazon.dynamodb.services.local.main.ServerRunner

def server = ServerRunner.createServerFromCommandLineArgs(args)
server.server.connectors.each { it.host = '127.0.0.1' }
server.safeStart()
server.server.join()
