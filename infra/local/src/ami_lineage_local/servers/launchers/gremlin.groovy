// Starts Gremlin Server without its Groovy script engine: that would run any program sent to the port, which
// a web page in the user's browser can reach too. Like Neptune, the server takes traversals only. The engine
// usually puts in the traversal source `g`; here it is put in by hand.
import org.apache.tinkerpop.gremlin.server.GremlinServer
import org.apache.tinkerpop.gremlin.server.Settings

class TraversalsOnly extends ClassLoader {
    TraversalsOnly(ClassLoader parent) { super(parent) }

    Enumeration<URL> getResources(String name) throws IOException {
        def found = super.getResources(name)
        if (!name.endsWith('GremlinScriptEngineFactory')) return found
        Collections.enumeration(found.toList().findAll { !it.path.contains('gremlin-groovy') })
    }
}

Thread.currentThread().contextClassLoader = new TraversalsOnly(Thread.currentThread().contextClassLoader)
def server = new GremlinServer(Settings.read(args[0]))
def graphs = server.serverGremlinExecutor.graphManager
graphs.putTraversalSource('g', graphs.getGraph('graph').traversal())
server.start().get()
