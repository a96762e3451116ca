"""One outside thing each, one file each. They fill the ports; slices never see them."""
