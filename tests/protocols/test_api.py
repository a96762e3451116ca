from litestar import Litestar
from litestar.testing import AsyncTestClient
